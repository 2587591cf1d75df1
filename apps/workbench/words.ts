import type { InLanguages } from '../shared/language.js'

/** What the workbench says. */
interface WorkbenchWords {
  title: string
  lead: string
  views: { patient: string; knowledge: string }
  columns: { situation: string; cards: string; why: string }
  situation: {
    search: string
    searchOnServer: string
    noSuch: string
    change: string
    chosen: string
    hook: string
    hooks: Readonly<Record<string, string>>
    drafts: string
    order: string
    orderFrom: { server: string; knowledge: string }
    addDraft: string
    noDrafts: string
    remove: (what: string) => string
    paste: string
    pasteHint: string
    pasted: string
    pasteLabel: string
    pasteCall: string
    pasteNotJson: string
    pasteNoHook: (hook: string) => string
    pasteDone: string
    callAgain: string
    choose: string
  }
  whatIf: {
    heading: string
    lead: string
    clock: string
    resources: string
    noResources: string
    none: (what: string) => string
    changes: (count: number) => string
    change: (where: string, to: string) => string
    leftOut: (what: string) => string
    clockIs: (now: string) => string
    undo: (what: string) => string
    reset: string
    leaveOut: string
    added: string
    removed: string
    changed: string
    was: string
    nothing: string
    result: (added: number, removed: number, changed: number) => string
    trying: string
    yes: string
    no: string
    kept: string
  }
  cards: {
    none: string
    noneWhy: string
    count: (count: number) => string
    calling: string
    first: string
    firstOrder: string
    why: string
    suggestions: string
    recommended: string
    atMostOne: string
    notWritable: string
    override: string
    reason: string
    comment: string
    commentHint: string
    send: string
    cancel: string
    overridden: string
    taken: string
    created: (what: string) => string
    updated: (what: string) => string
    deleted: (what: string) => string
    inDrafts: string
    heldBack: string
    heldLine: (point: string, outcome: string, since: string, until: string) => string
    outcomes: { accepted: string; overridden: string }
    toldBefore: string
    toldLine: (since: string) => string
    notRead: string
    undecided: string
    attempt: { take: string; feedback: string; call: string; explain: string; read: string; whatIf: string }
  }
  why: {
    tabs: { card: string; near: string; plan: string; raw: string }
    tabList: string
    off: string
    nothingYet: string
    chooseCard: string
    met: (met: number, of: number) => string
    answers: Readonly<Record<'yes' | 'no' | 'cannot-tell' | 'error', string>>
    fact: string
    noValue: string
    more: (count: number) => string
    resources: string
    noResources: string
    restsOn: string
    expression: string
    lines: string
    leftOut: (count: number) => string
    askThem: string
    page: string
    points: string
    hasCard: string
    reasons: {
      otherHook: string
      toldBefore: (since: string) => string
      heldBack: (point: string, outcome: string, since: string, until: string) => string
      pageOnly: string
      pageOnlyBecause: (because: string) => string
      no: (what: string) => string
      cannotTell: (what: string) => string
      error: (what: string) => string
    }
    near: { lead: string; none: string; missing: (count: number, of: number) => string; open: string; aboutOrder: string }
    filter: string
    filters: { all: string; card: string; open: string }
    search: string
    noMatch: string
    actions: (count: number, cards: number) => string
    untitled: string
    loadingResource: string
    loadingMore: string
    noResource: string
  }
  raw: {
    request: string
    response: string
    explanation: string
    copy: string
    copied: string
    times: string
    read: string
    call: string
    explain: string
    server: string
    ms: (ms: number) => string
    size: (kB: string) => string
    scroll: string
  }
  save: {
    heading: string
    lead: string
    name: string
    button: string
    saved: (file: string) => string
    whatIf: string
  }
}

const count = (number: number, one: string, several: string): string => `${number} ${number === 1 ? one : several}`

export const workbenchWords: InLanguages<WorkbenchWords> = {
  da: {
    title: 'Værksted',
    lead: 'Kald tjenesten, som en journal gør det. Se kortene, hvorfor de kom, og hvad der skulle til, for at andre kom.',
    views: { patient: 'Kald', knowledge: 'Viden' },
    columns: { situation: 'Patient', cards: 'Kort', why: 'Hvorfor' },
    situation: {
      search: 'Find en patient (navn eller id)',
      searchOnServer: 'Søg på serveren',
      noSuch: 'Ingen af dem, der er hentet, passer.',
      change: 'Vælg en anden',
      chosen: 'Valgt patient',
      hook: 'Hvad sker der i journalen?',
      hooks: {
        'patient-view': 'Journalen åbnes',
        'encounter-start': 'En kontakt begynder',
        'order-select': 'En bestilling vælges',
        'order-sign': 'En bestilling underskrives',
      },
      drafts: 'Kladder, der bestilles',
      order: 'Bestil',
      orderFrom: { server: 'Journalens katalog', knowledge: 'Retningslinjernes forslag' },
      addDraft: 'Tilføj',
      noDrafts: 'Intet er valgt endnu. Vælg, hvad der skal bestilles.',
      remove: what => `Fjern ${what}`,
      paste: 'Indsæt en hel anmodning',
      pasteHint: 'JSON, som en klient sender den. Den sendes, som den står, og huskes kun i denne fane.',
      pasted: 'En indsat anmodning',
      pasteLabel: 'Anmodning (JSON)',
      pasteCall: 'Kald med den',
      pasteNotJson: 'Teksten er ikke et JSON-objekt. Ret den, og prøv igen.',
      pasteNoHook: hook => `Ingen tjeneste lytter til hook »${hook}«.`,
      pasteDone: 'Tilbage til en patient',
      callAgain: 'Kald igen',
      choose: 'Vælg …',
    },
    whatIf: {
      heading: 'Hvad nu hvis …',
      lead: 'Ret en værdi, en dato eller uret, og se, hvad der ændrer sig. Intet gemmes eller huskes.',
      clock: 'Tjenestens ur',
      resources: 'Det, tjenesten fik at vide',
      noResources: 'Anmodningen bringer ingen data selv.',
      none: what => `${what}: intet at rette`,
      changes: number => count(number, 'ændring prøves', 'ændringer prøves'),
      change: (where, to) => `${where} → ${to}`,
      leftOut: what => `Uden ${what}`,
      clockIs: now => `Uret: ${now}`,
      undo: what => `Fortryd: ${what}`,
      reset: 'Fortryd alt',
      leaveOut: 'Udelad',
      added: 'Kommer til',
      removed: 'Falder bort',
      changed: 'Ændret',
      was: 'Før:',
      nothing: 'Kortene er de samme.',
      result: (added, removed, changed) =>
        `${count(added, 'kort kommer til', 'kort kommer til')}, ${removed} falder bort, ${changed} ændres.`,
      trying: 'Prøver …',
      yes: 'ja',
      no: 'nej',
      kept: 'Kortene herunder er en prøve. De kan ikke følges eller tilsidesættes.',
    },
    cards: {
      none: 'Ingen kort.',
      noneWhy: 'Tjenesten har intet at sige her. Se under »Næsten«, hvad der skulle til.',
      count: number => count(number, 'kort', 'kort'),
      calling: 'Tjenesten kaldes …',
      first: 'Vælg en patient, så kaldes tjenesten.',
      firstOrder: 'Tilføj det, der bestilles, så kaldes tjenesten.',
      why: 'Hvorfor dette kort?',
      suggestions: 'Forslag',
      recommended: 'anbefales',
      atMostOne: 'Vælg højst ét.',
      notWritable: 'Forslag kan kun følges på demonstrationens FHIR-server.',
      override: 'Tilsidesæt …',
      reason: 'Hvorfor følges kortet ikke?',
      comment: 'Kommentar',
      commentHint: 'Skriv intet, der kan genkende patienten.',
      send: 'Send',
      cancel: 'Fortryd',
      overridden: 'Tilsidesættelsen er sendt, og tjenesten er kaldt igen.',
      taken: 'Forslaget er fulgt, og tjenesten er kaldt igen.',
      created: what => `Oprettet: ${what}`,
      updated: what => `Ændret: ${what}`,
      deleted: what => `Slettet: ${what}`,
      inDrafts: 'kladderne til venstre',
      heldBack: 'Tier efter et svar',
      heldLine: (point, outcome, since, until) =>
        `${point} blev ${outcome} den ${since}. Kommer igen ${until}, eller når nye data ændrer sagen.`,
      outcomes: { accepted: 'fulgt', overridden: 'tilsidesat' },
      toldBefore: 'Vist før',
      toldLine: since => `Du så det samme den ${since}, så det gentages ikke endnu.`,
      notRead: 'Ikke læst',
      undecided: 'Kan ikke afgøres',
      attempt: {
        take: 'følge forslaget',
        feedback: 'sende svaret',
        call: 'kalde tjenesten',
        explain: 'få begrundelsen',
        read: 'læse ressourcen',
        whatIf: 'prøve ændringen',
      },
    },
    why: {
      tabs: { card: 'Dette kort', near: 'Næsten', plan: 'Hele planen', raw: 'Rå data' },
      tabList: 'Hvorfor',
      nothingYet: 'Når tjenesten er kaldt, står her hver betingelse, dens svar og de oplysninger, den hviler på.',
      off: 'Tjenesten fortæller ikke, hvorfor. Det slås til med CDS_EXPLAIN.',
      chooseCard: 'Vælg »Hvorfor dette kort?« på et kort.',
      met: (met, of) => `${met} af ${of} betingelser er opfyldt`,
      answers: { yes: 'ja', no: 'nej', 'cannot-tell': 'kan ikke afgøres', error: 'fejl' },
      fact: 'Oplysning',
      noValue: 'intet',
      more: number => `og ${number} til`,
      resources: 'Fra journalen',
      noResources: 'Intet i journalen ligger bag.',
      restsOn: 'Hviler på',
      expression: 'Udtryk',
      lines: 'Linjer på kortet og dets side',
      leftOut: number => `${count(number, 'linje', 'linjer')} under den er ikke spurgt, da den ikke gælder.`,
      askThem: 'Spørg også dem',
      page: 'Læs anbefalingen',
      points: 'Beslutningspunkter',
      hasCard: 'Kort',
      reasons: {
        otherHook: 'Lytter ikke til dette hook.',
        toldBefore: since => `Blev vist den ${since} og gentages ikke endnu.`,
        heldBack: (point, outcome, since, until) => `Tier til ${until}: ${point} blev ${outcome} den ${since}.`,
        pageOnly: 'Vises kun på anbefalingens side.',
        pageOnlyBecause: because => `Vises kun på anbefalingens side: ${because}`,
        no: what => `Nej: ${what}`,
        cannotTell: what => `Kan ikke afgøres: ${what}`,
        error: what => `Kunne ikke beregnes: ${what}`,
      },
      near: {
        lead: 'De kort, der var tættest på at komme.',
        none: 'Ingen andre kort var i nærheden.',
        missing: (number, of) => `${count(number, 'betingelse', 'betingelser')} af ${of} mangler`,
        open: 'Vis i planen',
        aboutOrder: 'om bestillingen',
      },
      filter: 'Vis',
      filters: { all: 'Alt', card: 'Med kort', open: 'Kan ikke afgøres' },
      search: 'Søg i planerne',
      noMatch: 'Intet passer.',
      actions: (number, cards) => `${number} anbefalinger, ${count(cards, 'kort', 'kort')}`,
      untitled: 'Gruppe',
      loadingResource: 'Ressourcen hentes …',
      loadingMore: 'Mere hentes …',
      noResource: 'Ressourcen er ikke i anmodningen.',
    },
    raw: {
      request: 'Anmodning',
      response: 'Svar',
      explanation: 'Begrundelse ($explain)',
      copy: 'Kopiér',
      copied: 'Kopieret',
      times: 'Tider, set fra browseren',
      read: 'Læsning fra FHIR-serveren',
      call: 'Kald',
      explain: '$explain',
      server: 'Tjenestens egne tal',
      ms: ms => `${Math.round(ms)} ms`,
      size: kB => `${kB} kB`,
      scroll: 'kan rulles',
    },
    save: {
      heading: 'Gem som klinisk case',
      lead: 'YAML, som caseløberen kan køre. Navn, numre og adresse skrives ikke med; koder og datoer gør.',
      name: 'Navn på casen',
      button: 'Hent YAML',
      saved: file => `${file} er hentet. Læg den i en mappe under test/clinical-cases/ og kør npm run test:cases.`,
      whatIf: 'Casen gemmes med de ændringer, der prøves.',
    },
  },
  en: {
    title: 'Workbench',
    lead: 'Call the service as an EHR does. Read the cards, why they came, and what it would have taken for others to come.',
    views: { patient: 'Calls', knowledge: 'Knowledge' },
    columns: { situation: 'Patient', cards: 'Cards', why: 'Why' },
    situation: {
      search: 'Find a patient (name or id)',
      searchOnServer: 'Search the server',
      noSuch: 'None of those that were loaded matches.',
      change: 'Choose another',
      chosen: 'Chosen patient',
      hook: 'What happens in the record?',
      hooks: {
        'patient-view': 'The record is opened',
        'encounter-start': 'A contact begins',
        'order-select': 'An order is selected',
        'order-sign': 'An order is signed',
      },
      drafts: 'Drafts that are ordered',
      order: 'Order',
      orderFrom: { server: "The EHR's catalogue", knowledge: 'Proposals of the guidelines' },
      addDraft: 'Add',
      noDrafts: 'Nothing is chosen yet. Choose what to order.',
      remove: what => `Remove ${what}`,
      paste: 'Paste a whole request',
      pasteHint: 'JSON as a client sends it. It is sent as it stands, and is kept in this tab only.',
      pasted: 'A pasted request',
      pasteLabel: 'Request (JSON)',
      pasteCall: 'Call with it',
      pasteNotJson: 'The text is no JSON object. Correct it and try again.',
      pasteNoHook: hook => `No service listens to the hook “${hook}”.`,
      pasteDone: 'Back to a patient',
      callAgain: 'Call again',
      choose: 'Choose …',
    },
    whatIf: {
      heading: 'What if …',
      lead: 'Change a value, a date or the clock, and see what differs. Nothing is saved or remembered.',
      clock: "The service's clock",
      resources: 'What the service was told',
      noResources: 'The request brings no data itself.',
      none: what => `${what}: nothing to change`,
      changes: number => count(number, 'change is tried', 'changes are tried'),
      change: (where, to) => `${where} → ${to}`,
      leftOut: what => `Without ${what}`,
      clockIs: now => `Clock: ${now}`,
      undo: what => `Undo: ${what}`,
      reset: 'Undo all',
      leaveOut: 'Leave out',
      added: 'Added',
      removed: 'Gone',
      changed: 'Changed',
      was: 'Before:',
      nothing: 'The cards are the same.',
      result: (added, removed, changed) => `${count(added, 'card is added', 'cards are added')}, ${removed} gone, ${changed} changed.`,
      trying: 'Trying …',
      yes: 'yes',
      no: 'no',
      kept: 'The cards below are a trial. They can be neither followed nor overridden.',
    },
    cards: {
      none: 'No cards.',
      noneWhy: 'The service has nothing to say here. See “Nearly” for what it would have taken.',
      count: number => count(number, 'card', 'cards'),
      calling: 'Calling the service …',
      first: 'Choose a patient, and the service is called.',
      firstOrder: 'Add what is ordered, and the service is called.',
      why: 'Why this card?',
      suggestions: 'Suggestions',
      recommended: 'recommended',
      atMostOne: 'Choose one at most.',
      notWritable: "Suggestions can be taken on the demonstration's FHIR server only.",
      override: 'Override …',
      reason: 'Why is the card not followed?',
      comment: 'Comment',
      commentHint: 'Write nothing by which the patient could be known.',
      send: 'Send',
      cancel: 'Cancel',
      overridden: 'The override was sent, and the service called again.',
      taken: 'The suggestion was taken, and the service called again.',
      created: what => `Created: ${what}`,
      updated: what => `Changed: ${what}`,
      deleted: what => `Deleted: ${what}`,
      inDrafts: 'the drafts to the left',
      heldBack: 'Silent after an answer',
      heldLine: (point, outcome, since, until) =>
        `${point} was ${outcome} on ${since}. It comes again on ${until}, or when new data changes the case.`,
      outcomes: { accepted: 'followed', overridden: 'overridden' },
      toldBefore: 'Shown before',
      toldLine: since => `You were shown the same on ${since}, so it is not repeated yet.`,
      notRead: 'Not read',
      undecided: 'Cannot tell',
      attempt: {
        take: 'take the suggestion',
        feedback: 'send the answer',
        call: 'call the service',
        explain: 'get the reasons',
        read: 'read the resource',
        whatIf: 'try the change',
      },
    },
    why: {
      tabs: { card: 'This card', near: 'Nearly', plan: 'The whole plan', raw: 'Raw data' },
      tabList: 'Why',
      nothingYet: 'Once the service is called, each condition stands here with its answer and the data that it rests on.',
      off: 'The service does not tell why. CDS_EXPLAIN switches it on.',
      chooseCard: 'Choose “Why this card?” on a card.',
      met: (met, of) => `${met} of ${of} conditions are met`,
      answers: { yes: 'yes', no: 'no', 'cannot-tell': 'cannot tell', error: 'error' },
      fact: 'Fact',
      noValue: 'nothing',
      more: number => `and ${number} more`,
      resources: 'From the record',
      noResources: 'Nothing of the record lies behind it.',
      restsOn: 'Rests on',
      expression: 'Expression',
      lines: 'Lines of the card and its page',
      leftOut: number => `${count(number, 'line', 'lines')} below it ${number === 1 ? 'was' : 'were'} not asked, since it does not apply.`,
      askThem: 'Ask them too',
      page: 'Read the recommendation',
      points: 'Decision points',
      hasCard: 'Card',
      reasons: {
        otherHook: 'Does not listen to this hook.',
        toldBefore: since => `Was shown on ${since} and is not repeated yet.`,
        heldBack: (point, outcome, since, until) => `Silent until ${until}: ${point} was ${outcome} on ${since}.`,
        pageOnly: 'Only the page of the recommendation shows it.',
        pageOnlyBecause: because => `Only the page of the recommendation shows it: ${because}`,
        no: what => `No: ${what}`,
        cannotTell: what => `Cannot tell: ${what}`,
        error: what => `Could not be evaluated: ${what}`,
      },
      near: {
        lead: 'The cards that came closest to coming.',
        none: 'No other card was near.',
        missing: (number, of) => `${count(number, 'condition', 'conditions')} of ${of} missing`,
        open: 'Show in the plan',
        aboutOrder: 'about the order',
      },
      filter: 'Show',
      filters: { all: 'All', card: 'With a card', open: 'Cannot tell' },
      search: 'Search the plans',
      noMatch: 'Nothing matches.',
      actions: (number, cards) => `${count(number, 'recommendation', 'recommendations')}, ${count(cards, 'card', 'cards')}`,
      untitled: 'Group',
      loadingResource: 'Loading the resource …',
      loadingMore: 'Loading more …',
      noResource: 'The resource is not in the request.',
    },
    raw: {
      request: 'Request',
      response: 'Response',
      explanation: 'Reasons ($explain)',
      copy: 'Copy',
      copied: 'Copied',
      times: 'Times, as the browser saw them',
      read: 'Reading from the FHIR server',
      call: 'Call',
      explain: '$explain',
      server: "The service's own figures",
      ms: ms => `${Math.round(ms)} ms`,
      size: kB => `${kB} kB`,
      scroll: 'can be scrolled',
    },
    save: {
      heading: 'Save as a clinical case',
      lead: 'YAML that the case runner can run. Name, numbers and address are left out; codes and dates are not.',
      name: 'Name of the case',
      button: 'Download YAML',
      saved: file => `${file} was downloaded. Put it into a folder below test/clinical-cases/ and run npm run test:cases.`,
      whatIf: 'The case is saved with the changes that are tried.',
    },
  },
}
