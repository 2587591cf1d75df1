import type { ComponentChildren } from 'preact'

/** One of several things that a person looks at in turn. */
export interface Tab<Id extends string> {
  id: Id
  label: string
  /** How many there are of what it shows. */
  count?: number
}

interface TabsProps<Id extends string> {
  /** Says what the tabs are of; unique in the page. */
  name: string
  label: string
  tabs: readonly Tab<Id>[]
  open: Id
  onOpen: (id: Id) => void
  children: ComponentChildren
}

/** Tabs over a panel; arrows go from one to the next, as readers of screens expect. */
export function Tabs<Id extends string>({ name, label, tabs, open, onOpen, children }: TabsProps<Id>) {
  const move = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    const at = tabs.findIndex(({ id }) => id === open)
    const next = by === undefined ? undefined : tabs[(at + by + tabs.length) % tabs.length]
    if (!next) return
    event.preventDefault()
    onOpen(next.id)
    document.getElementById(`${name}-tab-${next.id}`)?.focus()
  }
  return (
    <>
      <div class="wb-tabs" role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map(({ id, label: text, count }) => (
          <button
            key={id}
            type="button"
            role="tab"
            id={`${name}-tab-${id}`}
            aria-selected={id === open}
            aria-controls={`${name}-panel`}
            tabIndex={id === open ? 0 : -1}
            onClick={() => onOpen(id)}
          >
            {text}
            {count !== undefined && <span class="wb-count">{count}</span>}
          </button>
        ))}
      </div>
      <div id={`${name}-panel`} class="wb-panel" role="tabpanel" aria-labelledby={`${name}-tab-${open}`} tabIndex={-1}>
        {children}
      </div>
    </>
  )
}
