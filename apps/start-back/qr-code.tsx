import { useEffect, useState } from 'preact/hooks'

/** Modules of white around a code, without which phones do not find it. */
const MARGIN = 4

/** A QR code, drawn here: what it says goes to nobody. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const [drawn, setDrawn] = useState<{ path: string; size: number }>()
  useEffect(() => void draw(text).then(setDrawn), [text])
  if (!drawn) return <div class="qr" />
  return (
    <svg class="qr" role="img" aria-label={label} viewBox={`0 0 ${drawn.size} ${drawn.size}`}>
      <rect width={drawn.size} height={drawn.size} fill="#fff" />
      <path d={drawn.path} fill="#000" />
    </svg>
  )
}

/** Loaded only when a code is wanted. */
async function draw(text: string): Promise<{ path: string; size: number }> {
  const { default: qrcode } = await import('qrcode-generator')
  const code = qrcode(0, 'M')
  code.addData(text)
  code.make()
  const count = code.getModuleCount()
  const places = Array.from({ length: count * count }, (_, index) => [Math.floor(index / count), index % count] as const)
  const path = places.flatMap(([row, column]) => (code.isDark(row, column) ? [`M${column + MARGIN} ${row + MARGIN}h1v1h-1z`] : []))
  return { path: path.join(''), size: count + 2 * MARGIN }
}
