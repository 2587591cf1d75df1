import type { ComponentChildren } from 'preact'

/**
 * The Markdown that cards are made of, for pages that have no room for all of it: paragraphs, lists, bold, italic and links.
 * Anything else stands as it is written.
 */
export function BriefMarkdown({ text }: { text: string }) {
  return (
    <>
      {text.split(/\n{2,}/).map((block, index) => (
        <Block key={index} lines={block.split('\n')} />
      ))}
    </>
  )
}

const ENTRY = /^\s*[-*] /

function Block({ lines }: { lines: readonly string[] }) {
  if (!lines.every(line => ENTRY.test(line))) return <p>{inline(lines.join(' '))}</p>
  return (
    <ul>
      {lines.map((line, index) => (
        <li key={index}>{inline(line.replace(ENTRY, ''))}</li>
      ))}
    </ul>
  )
}

const SPAN = /\*\*(?<bold>[^*]+)\*\*|\*(?<italic>[^*]+)\*|\[(?<label>[^\]]+)\]\((?<url>https?:[^\s)]+)\)|\\(?<mark>[^\w\s])/g

function inline(text: string): ComponentChildren[] {
  const parts: ComponentChildren[] = []
  let from = 0
  for (const match of text.matchAll(SPAN)) {
    parts.push(text.slice(from, match.index), spanOf(match.groups ?? {}))
    from = match.index + match[0].length
  }
  return [...parts, text.slice(from)]
}

function spanOf({ bold, italic, label, url, mark }: Readonly<Record<string, string | undefined>>): ComponentChildren {
  if (bold !== undefined) return <strong>{bold}</strong>
  if (italic !== undefined) return <em>{italic}</em>
  if (mark !== undefined) return mark
  return (
    <a href={url} target="_blank" rel="noreferrer">
      {label}
    </a>
  )
}
