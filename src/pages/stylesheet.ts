/** The one stylesheet of the pages: dark text on white, one column, nothing that moves. */
export const STYLESHEET = `
:root {
  --ink: #17212e; --muted: #4c5a6b; --line: #dbe1e8; --soft: #f5f7f9; --accent: #0b5468; --for: #0c5f3d; --against: #8a2f16; --warn: #6b4200;
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; color: var(--ink); background: #fff; font: 1.0625rem/1.6 "Segoe UI", system-ui, -apple-system, "Helvetica Neue", Arial, sans-serif; }
a { color: var(--accent); text-underline-offset: .18em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid #1d7fa0; outline-offset: 3px; border-radius: 2px; }
/* Room for a finger that moves no line. */
:where(main a:not(.button), .foot a, main summary) { padding-block: .3rem; }
.skip { position: absolute; left: -999rem; padding: .65rem 1rem; background: #fff; }
.skip:focus { left: 1rem; top: .5rem; z-index: 1; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.bar { display: flex; justify-content: space-between; align-items: center; gap: 1rem; padding: .5rem max(1.25rem, calc(50% - 26.75rem)); border-bottom: 1px solid var(--line); }
.bar a { text-decoration: none; }
.bar nav a { display: inline-flex; align-items: center; min-height: 2.75rem; padding: .2rem .8rem; border: 1px solid var(--line); border-radius: 999px; font-size: .9375rem; }
.brand { display: flex; min-height: 2.75rem; align-items: center; gap: .6rem; color: var(--ink); font-weight: 600; }
.brand-part { font-weight: 400; color: var(--muted); border-left: 1px solid var(--line); padding-left: .6rem; }
main { max-width: 56rem; margin: 0 auto; padding: 2.25rem 1.25rem 3rem; }
.foot { max-width: 56rem; margin: 0 auto; padding: 1rem 1.25rem 2.5rem; color: var(--muted); font-size: .875rem; border-top: 1px solid var(--line); }
.crumbs { margin: 0 0 .75rem; color: var(--muted); font-size: .9375rem; }
h1 { margin: 0 0 1.25rem; font-size: 1.875rem; line-height: 1.25; font-weight: 650; letter-spacing: -.01em; text-wrap: balance; }
h2 { margin: 3rem 0 .9rem; font-size: 1.25rem; line-height: 1.35; font-weight: 650; }
h3 { margin: 1.6rem 0 .4rem; font-size: 1.0625rem; font-weight: 600; }
p { margin: 0 0 .8rem; }
ul { margin: 0 0 1rem; padding-left: 1.3rem; }
.lead { font-size: 1.125rem; }
.muted { color: var(--muted); }
.prose, .lead, .when, .applies { max-width: 46rem; }
.prose > :last-child { margin-bottom: 0; }
h1 + .meta { margin: -.6rem 0 1rem; }
.draft { color: var(--muted); font-size: .9375rem; }
.standing { display: inline-block; margin: 0 0 1rem; padding: .25rem .7rem; border: 1px solid #d9b48a; border-left: 4px solid var(--warn); background: #fdf7ee; color: var(--warn); font-weight: 600; font-size: .9375rem; }

.grade { display: grid; grid-template-columns: 1fr 1fr; gap: 0; margin: 1.5rem 0 2rem; border: 1px solid var(--line); border-radius: 8px; background: var(--soft); }
.grade > div { padding: 1.1rem 1.3rem; }
.grade > div + div { border-left: 1px solid var(--line); }
.grade dt { color: var(--muted); font-size: .875rem; margin-bottom: .3rem; }
.grade dd { margin: 0; }
.grade p { margin: 0; }
.grade .muted { margin-top: .35rem; font-size: .9375rem; line-height: 1.5; }
.grade-words { display: flex; align-items: center; gap: .6rem; font-size: 1.125rem; }
.grade-words strong { font-weight: 600; }
.grade-words strong::first-letter { text-transform: uppercase; }
.thumb { flex: none; } .for { color: var(--for); } .against { color: var(--against); }
.dots { flex: none; color: var(--accent); }

.lines { list-style: none; padding: 0; margin: 0; }
.lines > li { padding: 1rem 0; border-top: 1px solid var(--line); scroll-margin-top: 1rem; }
.lines > li:target { background: #fffbe8; box-shadow: -.75rem 0 0 #fffbe8, .75rem 0 0 #fffbe8; }
.lines .lines { margin: .8rem 0 0; padding-left: 1.1rem; border-left: 2px solid var(--line); }
.lines .lines > li { padding: .6rem 0; border-top: 0; }
.meta { display: flex; flex-wrap: wrap; align-items: center; gap: .35rem .9rem; margin: .4rem 0 0; color: var(--muted); font-size: .9063rem; line-height: 1.45; }
.tag { display: inline-flex; flex-wrap: wrap; align-items: center; gap: .35rem; font-weight: 600; }
.tag.neutral { color: var(--muted); font-weight: 500; }
.tag .thumb { width: 17px; height: 17px; } .tag .dots { width: 46px; height: 11px; }
.point { color: var(--muted); font-size: .875rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
.standing-tag { color: var(--warn); font-weight: 600; }
.when { margin: .35rem 0 0; color: var(--muted); font-size: .9063rem; line-height: 1.5; }
.when-word { font-weight: 600; }

.scroll { overflow-x: auto; margin: 0 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; line-height: 1.45; font-variant-numeric: tabular-nums; }
th, td { padding: .5rem .75rem .5rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
thead th { color: var(--muted); font-weight: 600; font-size: .875rem; border-bottom: 2px solid var(--line); }
caption { text-align: left; font-weight: 600; padding: 0 0 .6rem; }
.evidence + .evidence { margin-top: 2.25rem; }
.evidence .prose { margin-bottom: 1rem; }
.estimates tbody th { font-weight: 400; }
.estimates th[scope=row] { min-width: 9rem; }
.estimates .measure th { padding-top: 1.1rem; color: var(--muted); font-size: .875rem; font-weight: 600; }
.estimates .plot { padding-top: .2rem; padding-bottom: 0; width: 12rem; }
.estimates svg { display: block; max-width: 100%; height: auto; }
.estimates .dots { width: 46px; height: 11px; display: inline-block; vertical-align: -.1em; margin-right: .2rem; }
.estimates .note { display: block; color: var(--muted); }
.estimates .label { display: none; }
.estimates .effect, .estimates .count, .estimates .certainty { white-space: nowrap; }
.estimates .note { white-space: normal; }
.estimates tfoot td { border: 0; color: var(--muted); font-size: .875rem; }
.plot .better { fill: #e3f0ea; } .plot .none { stroke: #5b6878; } .plot .relevant { stroke: #8a6d1f; stroke-dasharray: 3 3; }
.plot .interval { stroke: var(--ink); stroke-width: 2; } .plot .estimate { fill: var(--accent); } .plot .off { fill: var(--ink); }
.plot .tick { font-size: 11px; fill: var(--muted); }

.source { border: 1px solid var(--line); border-radius: 8px; padding: 1.1rem 1.3rem; margin: 0 0 1rem; }
.source h3 { margin: 0 0 .3rem; } .source p { margin: 0 0 .3rem; } .source .standing { margin: .2rem 0 .5rem; }
.about { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--muted); font-size: .875rem; overflow-wrap: anywhere; }
.about p { margin: 0 0 .35rem; } .about a { color: inherit; }

.leaflet { max-width: 40rem; font-size: 1.3125rem; line-height: 1.6; }
.leaflet h1 { font-size: 2.125rem; } .leaflet h2 { font-size: 1.5rem; margin-top: 2.25rem; } .leaflet li { margin: 0 0 .4rem; }

.review ul { padding-left: 1.1rem; margin: 0; } .review td { min-width: 6rem; }
.review .depth-1 { padding-left: 1rem; } .review .depth-2 { padding-left: 2rem; } .review .depth-3 { padding-left: 3rem; }

.search { margin: 1.75rem 0 1.25rem; }
.search label { display: block; margin-bottom: .4rem; font-weight: 600; font-size: .9375rem; }
.search-row { display: flex; gap: .6rem; }
.search input[type=search] { flex: 1; min-width: 0; padding: .6rem .8rem; font: inherit; color: inherit; border: 1px solid #77869a; border-radius: 6px; background: #fff; }
.search button { padding: .6rem 1.3rem; font: inherit; font-weight: 600; color: #fff; background: var(--accent); border: 0; border-radius: 6px; cursor: pointer; }
.views { display: flex; flex-wrap: wrap; gap: .4rem 1.5rem; margin: 0 0 1.25rem; padding-bottom: .1rem; border-bottom: 1px solid var(--line); }
.views a { padding: .5rem 0; text-decoration: none; border-bottom: 3px solid transparent; margin-bottom: -1px; }
.views a[aria-current] { color: var(--ink); font-weight: 600; border-bottom-color: var(--accent); }
.group h2 { margin-top: 2.5rem; padding-bottom: .5rem; border-bottom: 2px solid var(--line); }
.entries { list-style: none; padding: 0; margin: 0; }
.entries li { padding: .55rem 0; }
.entries a { text-decoration: none; } .entries a:hover { text-decoration: underline; }
.entries .meta { margin: .1rem 0 0; }

.button { display: inline-block; padding: .55rem 1.1rem; font: inherit; font-weight: 600; color: #fff; background: var(--accent); border: 1px solid var(--accent); border-radius: 6px; text-decoration: none; cursor: pointer; }
.button:hover { background: #083f4e; text-decoration: none; }
.tiles { list-style: none; padding: 0; margin: 1.25rem 0 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); gap: 1rem; }
.tile { display: flex; flex-direction: column; border: 1px solid var(--line); border-radius: 8px; padding: 1.1rem 1.2rem; background: var(--soft); }
.tile > .muted { margin: 0; font-size: .9063rem; } .tile h3 { margin: .1rem 0 .5rem; font-size: 1.125rem; line-height: 1.35; } .tile p { line-height: 1.5; }
.tile-ways a { display: inline-flex; align-items: center; min-height: 2.75rem; }
.tile-ways { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; margin: auto 0 0; padding-top: .5rem; }
.places { list-style: none; padding: 0; margin: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); gap: 1rem 2rem; }
.places a { font-weight: 600; } .places p { margin: .2rem 0 0; line-height: 1.5; }
.addresses { list-style: none; padding: 0; } .addresses li { padding: .25rem 0; } .addresses code { font-size: .9375rem; overflow-wrap: anywhere; }

/* The practice report. */
.quality { --own: var(--accent); --others: #17212e; --before: #c2571a; }
.quality h1 { margin-bottom: .9rem; } .quality h3 { margin: 1.75rem 0 .5rem; }
.quality .lead { font-size: 1.0625rem; margin-bottom: .4rem; }
.choose { display: flex; flex-wrap: wrap; align-items: end; gap: .75rem 1rem; margin: 1.25rem 0 0; padding: 1rem 1.2rem; border: 1px solid var(--line); border-radius: 8px; background: var(--soft); }
.choose label { display: flex; flex-direction: column; gap: .25rem; font-size: .875rem; font-weight: 600; }
.choose select, .choose input { padding: .5rem .65rem; font: inherit; font-weight: 400; font-size: 1rem; color: inherit; border: 1px solid #77869a; border-radius: 6px; background: #fff; max-width: 100%; }
.choose .ways { margin: 0 0 0 auto; font-size: .9063rem; text-align: right; } .choose .ways .muted { display: block; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; margin: 0 0 .5rem; font-size: .875rem; color: var(--muted); }
.legend span { display: inline-flex; align-items: center; gap: .45rem; }
.line-own::before, .line-others::before { content: ""; width: 1.6rem; border-top: 3px solid var(--own); } .line-others::before { border-top: 2px dashed var(--others); }
.quality .note { font-size: .875rem; margin: .5rem 0 0; }
.quality th[scope=row] { font-weight: 400; } .quality .point { white-space: nowrap; }
.quality .number { text-align: right; white-space: nowrap; padding-right: 0; padding-left: .9rem; } .quality thead .number { white-space: normal; }
.quality .label { display: none; } .points td, .points th { vertical-align: middle; }
.quality .hidden-count { color: var(--muted); font-size: .8438rem; }
.points .bar-cell { width: 13rem; padding-right: 0; vertical-align: middle; } .points .percent { font-weight: 600; padding-left: .5rem; width: 3.6rem; }
.points thead th:nth-child(2) { padding-left: 0; }
.share-bar { display: block; width: 100%; height: auto; }
.quality .track { fill: #e6ebf0; } .quality .quarter { stroke: #fff; stroke-width: 1; } .quality rect.own { fill: var(--own); } .quality line.others { stroke: var(--others); stroke-width: 3; }
.quality circle.before { fill: var(--before); stroke: #fff; stroke-width: 1.5; }
.trend { display: block; width: 100%; height: auto; } .trend .grid { stroke: #e6ebf0; } .trend .tick { font-size: 11px; fill: var(--muted); }
.trend path { fill: none; stroke-width: 2.5; } .trend path.own { stroke: var(--own); } .trend path.others { stroke: var(--others); stroke-width: 1.75; stroke-dasharray: 5 4; } .trend circle.own { fill: var(--own); stroke: #fff; stroke-width: 1; }
.beside { display: grid; grid-template-columns: 3fr 2fr; gap: 0 2.5rem; margin-top: 1rem; } .beside > section { min-width: 0; } .beside table { margin-top: 1.75rem; }
.quality .services { margin-top: 2rem; } .more { margin-top: .5rem; } .more summary { cursor: pointer; color: var(--accent); padding: .4rem 0; }
.exclusions ul { font-size: .9375rem; } .exclusions li { margin-bottom: .2rem; }
.cases code { font-size: .875rem; overflow-wrap: anywhere; } .measures .meta { display: block; margin: .1rem 0 0; } .measures th[scope=row] { overflow-wrap: anywhere; } .measures caption { font-weight: 400; color: var(--muted); font-size: .875rem; } .beside .measures { margin-top: .5rem; }

@media (max-width: 46rem) {
  body { font-size: 1rem; }
  main { padding-top: 1.5rem; }
  h1 { font-size: 1.5rem; }
  h2 { margin-top: 2.25rem; }
  .grade { grid-template-columns: 1fr; }
  .grade > div + div { border-left: 0; border-top: 1px solid var(--line); }
  .estimates, .estimates tbody, .estimates tfoot { display: block; }
  .estimates thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .estimates caption { display: block; }
  .estimates tr { display: flex; flex-wrap: wrap; gap: .2rem 1rem; padding: .7rem 0; border-bottom: 1px solid var(--line); }
  .estimates .measure { border: 0; padding-bottom: 0; }
  .estimates th, .estimates td { border: 0; padding: 0; }
  .estimates th[scope=row], .estimates .plot { flex: 0 0 100%; }
  .estimates th[scope=row] { font-weight: 600; }
  .estimates .label { display: inline; color: var(--muted); }
}
@media screen and (max-width: 46rem) {
  .choose label, .choose select, .choose input { width: 100%; } .choose .ways { margin: 0; text-align: left; }
  .beside { grid-template-columns: 1fr; }
  .points, .points tbody, .services, .services tbody { display: block; } .services caption { display: block; }
  .points thead, .services thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .points tr, .services tr { display: flex; flex-wrap: wrap; align-items: center; gap: .1rem .9rem; padding: .7rem 0; border-bottom: 1px solid var(--line); }
  .points th, .points td, .services th, .services td { border: 0; padding: 0; }
  .points th[scope=row], .services th[scope=row] { flex: 0 0 100%; font-weight: 600; }
  .points .bar-cell { flex: 1 1 calc(100% - 5.5rem); width: auto; } .points .number.percent { flex: 0 0 4rem; }
  .points .number, .services .number { padding: 0; font-size: .875rem; text-align: left; } .points .percent { font-size: 1rem; text-align: right; }
  .points .label, .services .label { display: inline; color: var(--muted); }
}
@media print {
  @page { margin: 18mm 16mm; }
  @page report { size: A4; margin: 11mm 13mm; }
  body { font-size: 10.5pt; line-height: 1.45; }
  .bar nav, .skip, .search, .views, .screen-only { display: none; }
  .bar, main, .foot { padding-left: 0; padding-right: 0; max-width: none; }
  main { padding-top: 1rem; padding-bottom: 0; }
  a { color: inherit; text-decoration: none; }
  .source a[href^="http"]::after { content: " (" attr(href) ")"; }
  .leaflet { font-size: 14pt; max-width: none; } .leaflet h2 { margin-top: 1.25rem; } .leaflet ~ * { display: none; }
  h2, h3, caption, .measure { break-after: avoid; }
  .lines > li, .source, .grade, tr { break-inside: avoid; }
  h2 { margin-top: 1.5rem; }
  html:has(.quality) { font-size: 10.5px; page: report; } body:has(.quality) { font-size: 1rem; line-height: 1.35; }
  .quality .choose, .quality .cases, .quality .more { display: none; } .quality a { text-decoration: none; }
  main:has(.quality) { padding-top: 0; } body:has(.quality) .bar { display: none; } main:has(.quality) + .foot { padding: .5rem 0 0; margin-top: .8rem; }
  .quality h1 { font-size: 1.7rem; margin: 0 0 .4rem; } .quality h2 { font-size: 1.3rem; margin: 1rem 0 .3rem; } .quality h3, .quality caption { font-size: 1.1rem; margin: .7rem 0 .25rem; padding: 0; }
  .quality p, .quality .lead { font-size: 1rem; margin: 0 0 .3rem; max-width: none; } .charts p { font-size: .95rem; } .quality table { line-height: 1.3; } .quality th, .quality td { padding-top: .22rem; padding-bottom: .22rem; }
  .quality .standing { padding: .15rem .6rem; } .quality .legend { margin-bottom: .2rem; } .points .bar-cell { width: 12.5rem; }
  .points .named { display: flex; gap: .5rem; width: 29rem; white-space: nowrap; } .points .named a { overflow: hidden; text-overflow: ellipsis; } .measures .meta { display: inline; margin-left: .4rem; } .measures caption { font-size: .95rem; font-weight: 400; }
  .quality .beside { margin-top: 0; gap: 0 2rem; grid-template-columns: 1fr 1fr; } .beside section > :first-child, .quality .beside table, .quality .services { margin-top: .6rem; }
  .exclusions ul { font-size: .95rem; margin: 0; line-height: 1.3; } .exclusions li { margin: 0; }
  .quality svg, .quality .standing { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`.trim()

/** The mark of the service: a column. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="6" fill="#0b5468"/><path d="M8 5h8v2.5H8zM8 9.2h8v2.5H8zM8 13.4h8v2.5H8zM8 17.6h8V20H8z" fill="#fff"/></svg>`
