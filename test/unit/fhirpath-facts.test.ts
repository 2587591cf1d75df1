// The console of packages that suites share, not that of the suite.
import console from 'node:console'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { FUNCTIONS } from '../../src/engine/expression/functions/table.js'
import { deepFrozen } from '../support/evaluate.js'

/** What src/expression rests on. When an upgrade of fhirpath turns one of these red, read the code that it names. */
const OPTIONS = { resolveInternalTypes: false, async: false } as const
const raw = (expression: string, variables: object = {}, options: object = OPTIONS) =>
  fhirpath.evaluate({}, expression, variables as never, r4, options as never) as unknown[]

const condition = () => ({ resourceType: 'Condition', id: 'c', clinicalStatus: { text: 'active' }, onsetDateTime: '2026-01' })

afterEach(() => void jest.restoreAllMocks())

describe('environment variables (facts.ts)', () => {
  test('are looked up when they are met, through getters and prototypes', () => {
    const asked: string[] = []
    const base = Object.create(null) as object
    for (const name of ['one', 'two']) {
      Object.defineProperty(base, name, {
        get: () => {
          asked.push(name)
          return [true]
        },
      })
    }
    expect(raw('%one', Object.create(base) as object)).toEqual([true])
    expect(asked).toEqual(['one'])
  })

  test('are looked up once an evaluation', () => {
    let count = 0
    raw('%one and %one and (%one | %one).exists()', {
      get one() {
        count += 1
        return [true]
      },
    })
    expect(count).toBe(1)
  })

  test('may override %context', () => {
    expect(raw('%context.patientId', { context: [{ patientId: 'p' }] }).map(fhirpath.util.valData)).toEqual(['p'])
  })

  test('may be arrays of plain resources', () => {
    expect(raw('%records.id', { records: [condition(), condition()] })).toHaveLength(2)
  })
})

describe('the syntax tree (syntax.ts, compile.ts)', () => {
  interface Tree {
    type: string
    text?: string
    start?: { line: number; column: number }
    children?: Tree[]
  }
  const find = (node: Tree, type: string): Tree | undefined =>
    node.type === type ? node : node.children?.map(child => find(child, type)).find(found => found)
  const parsed = (expression: string) => fhirpath.parse(expression) as unknown as Tree

  test('operators tell where they stand, lines and columns from 1, columns in UTF-16 units', () => {
    expect(find(parsed('%a and %b'), 'AndExpression')).toMatchObject({ text: 'and', start: { line: 1, column: 4 } })
    expect(find(parsed("'😀' = 'x'\n  or %b"), 'OrExpression')).toMatchObject({ text: 'or', start: { line: 2, column: 3 } })
    expect(find(parsed("'😀' and %b"), 'AndExpression')?.start).toEqual({ line: 1, column: 6 })
    expect(find(parsed('%a xor %b'), 'OrExpression')?.text).toBe('xor')
    expect(find(parsed('%a implies %b'), 'ImpliesExpression')?.text).toBe('implies')
  })

  test('calls tell where their name stands', () => {
    expect(find(parsed('%a . exists()'), 'FunctionInvocation')?.start).toEqual({ line: 1, column: 6 })
  })

  test('the tree begins with a root around the expression', () => {
    expect(parsed('%a').children?.[0]?.type).toBe('EntireExpression')
  })
})

describe('what the interpreter keeps to itself', () => {
  test('misspelt elements are silently empty (element-names.ts)', () => {
    expect(raw('%c.clinicalStatuss.exists()', { c: [condition()] })).toEqual([false])
  })

  test('a wrong number of arguments is silently empty (functions/table.ts)', () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined)
    expect(raw("'a'.startsWith('a', 'b')")).toEqual([])
    expect(warn).toHaveBeenCalledTimes(1)
  })

  test('a minus changes the variable for the rest of the expression (compile.ts hands it a copy)', () => {
    expect(raw('-%x = %x', { x: [3] })).toEqual([true])
  })

  test('trace() writes to the log (functions/table.ts refuses it)', () => {
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined)
    raw("'a'.trace('n')")
    expect(log).toHaveBeenCalled()
  })

  test('an unknown date inside where() collapses to no (the rule for authors)', () => {
    expect(raw('%c.where(onset <= @2026-01-15).exists()', { c: [condition()] })).toEqual([false])
    expect(raw('%c.onset <= @2026-01-15', { c: [condition()] })).toEqual([])
  })
})

describe('marks in the input (values.ts)', () => {
  test('resolveInternalTypes:false leaves none and reads frozen input', () => {
    const record = deepFrozen(condition())
    const [node] = raw('%c.clinicalStatus', { c: [record] })
    expect(Object.getOwnPropertyNames(fhirpath.util.valData(node))).not.toContain('__path__')
    expect(Object.getOwnPropertyNames(record)).toEqual(Object.getOwnPropertyNames(condition()))
  })

  test('the default leaves them', () => {
    const record = condition()
    raw('%c.clinicalStatus', { c: [record] }, { async: false })
    expect(Object.getOwnPropertyNames(record.clinicalStatus)).toContain('__path__')
  })

  test('nodes know their type and their parent', () => {
    const [node] = raw('%c.onset', { c: [condition()] }) as { fhirNodeDataType: string; parentResNode: { data: { id: string } } }[]
    expect(node?.fhirNodeDataType).toBe('dateTime')
    expect(node?.parentResNode.data.id).toBe('c')
  })
})

describe('hooks into the interpreter', () => {
  test('the debugger sees every step with its variables, and may stop it (compile.ts)', () => {
    const variables = { x: [1] }
    const seen: string[] = []
    const stop = (context: { vars: object }, _: unknown, __: unknown, node: { type: string }) => {
      expect(context.vars).toBe(variables)
      seen.push(node.type)
      if (seen.length > 5) throw new RangeError('stopped')
    }
    expect(() => raw('(1).repeat($this + %x)', variables, { ...OPTIONS, debugger: stop })).toThrow(RangeError)
  })

  test('a user function replaces one of the interpreter and is told the variables (functions/invocation-table.ts)', () => {
    const variables = { x: [1] }
    const table = {
      today: {
        fn(this: { vars: object }) {
          return this.vars === variables ? ['ours'] : []
        },
        arity: { 0: [] },
        internalStructures: true,
      },
    }
    expect(raw('today()', variables, { ...OPTIONS, userInvocationTable: table })).toEqual(['ours'])
  })
})

test('the interpreter has every standard function of our table with the arguments we allow', () => {
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined)
  for (const [
    name,
    {
      takes: [least, most],
      own,
    },
  ] of FUNCTIONS) {
    if (own || ['is', 'as', 'ofType'].includes(name)) continue
    for (const count of new Set([least, Math.min(most, 3)])) {
      const message = messageOf(() => raw(`'1'.${name}(${Array(count).fill("'1'").join(', ')})`))
      expect({ name, count, message }).not.toMatchObject({ message: expect.stringMatching(/Not implemented|expects no params/) })
    }
  }
  expect(warn.mock.calls).toEqual([])
})

function messageOf(run: () => unknown): string {
  try {
    run()
    return ''
  } catch (error) {
    return (error as Error).message
  }
}
