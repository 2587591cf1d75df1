/** The cases that a new recommendation begins with: one for each answer to its condition. */
export const caseFileOf = (point: string, service: string): string => `background:
  today: 2026-03-30T10:00:00+02:00
  service: ${service}
cases:
  - name: Turned 100 today
    answer: yes
    patient: { birthDate: 1926-03-30 }
    recommends: [${point}]

  - name: Turns 100 tomorrow
    answer: no
    patient: { birthDate: 1926-03-31 }
    does not recommend: [${point}]

  - name: The date of birth is not known
    answer: cannot-tell
    patient: { birthDate: }
    cannot tell: [${point}]
`
