"""The look of the report: light and dark, wide and narrow."""

__all__ = ["STYLE"]

# The palette is that of Okabe & Ito (2008), told apart by colour-blind eyes, darker on light ground.
STYLE = """
:root { --ink: #1c2330; --soft: #5d6878; --line: #e1e5eb; --ground: #fff; --panel: #f6f7f9; --tint: #eef4fd;
  --full: #1d5fbf; --on: #fff; --c0: #1d5fbf; --c1: #c2410c; --c2: #04805d; --c3: #9b4f96; --c4: #8a6d00;
  --c5: #0e7490; --c6: #be123c; --c7: #4d7c0f; --c8: #57534e;
  --c9: #6d28d9; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaf0; --soft: #9aa5b5; --line: #2b3340;
  --ground: #11151c; --panel: #191f29; --tint: #16243a; --full: #6ba4f8; --on: #0b1220; --c0: #6ba4f8;
  --c1: #fb923c; --c2: #34d399; --c3: #d893d2; --c4: #e6c229; --c5: #22d3ee; --c6: #fb7185; --c7: #a3e635;
  --c8: #d6d3d1; --c9: #c4b5fd; } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2.2rem 1.25rem 4rem; max-width: 74rem; background: var(--ground);
  color: var(--ink); font: 16px/1.55 system-ui, sans-serif; overflow-wrap: anywhere }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 } header p { max-width: 46rem }
h2 { font-size: 1.35rem; margin: 3rem 0 .8rem; padding-top: 1.2rem; border-top: 1px solid var(--line) }
h3 { font-size: 1.05rem; margin: 2.2rem 0 .5rem }
.soft { color: var(--soft) } .small { font-size: .82rem }
.wide { overflow-x: auto; -webkit-overflow-scrolling: touch }
table { border-collapse: collapse; font-size: .9rem; min-width: 100% }
th { text-align: left; font-weight: 500; color: var(--soft); vertical-align: bottom }
th, td { padding: .5rem 1rem .5rem 0; border-bottom: 1px solid var(--line); overflow-wrap: normal }
td { vertical-align: top; min-width: 5.2rem } td.number, th.number { text-align: right;
  font-variant-numeric: tabular-nums }
td small { display: block; color: var(--soft); font-size: .78rem; line-height: 1.35; font-weight: 400 }
tr.ours td { background: var(--tint) } tr.published td { color: var(--soft) }
td:first-child, th:first-child { padding-left: .6rem }
.bar { display: block; height: .3rem; background: var(--line); border-radius: .2rem; margin: .2rem 0 .3rem;
  min-width: 7rem } .bar i { display: block; height: 100%; background: var(--full); border-radius: .2rem }
tr.published .bar i { background: var(--soft) }
figure { margin: 1rem 0 0 } figcaption { color: var(--soft); font-size: .88rem; margin-bottom: .4rem }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 1.2rem }
svg { display: block; width: 100%; height: auto; font: 12.5px system-ui, sans-serif }
svg text { fill: var(--ink); font-variant-numeric: tabular-nums } svg text.soft { fill: var(--soft) }
svg text.on { fill: var(--on) } .chart { max-width: 34rem }
.empty { fill: var(--panel) } .full { fill: var(--full) } .untried { fill: none; stroke: var(--line) }
.learned { fill: none; stroke: var(--ink); stroke-width: 2 } .grid { stroke: var(--line) }
.line { fill: none; stroke-width: 2; stroke-linejoin: round } .band { fill-opacity: .14; stroke: none }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; padding: 0; margin: .5rem 0 0;
  font-size: .88rem } .key { display: inline-block; width: 1.1em; height: .25em; border-radius: .2em;
  margin-right: .45em; vertical-align: .2em }
.c0 { stroke: var(--c0); fill: var(--c0); background: var(--c0) }
.c1 { stroke: var(--c1); fill: var(--c1); background: var(--c1) }
.c2 { stroke: var(--c2); fill: var(--c2); background: var(--c2) }
.c3 { stroke: var(--c3); fill: var(--c3); background: var(--c3) }
.c4 { stroke: var(--c4); fill: var(--c4); background: var(--c4) }
.c5 { stroke: var(--c5); fill: var(--c5); background: var(--c5) }
.c6 { stroke: var(--c6); fill: var(--c6); background: var(--c6) }
.c7 { stroke: var(--c7); fill: var(--c7); background: var(--c7) }
.c8 { stroke: var(--c8); fill: var(--c8); background: var(--c8) }
.c9 { stroke: var(--c9); fill: var(--c9); background: var(--c9) }
.line { fill: none !important } .band { stroke: none !important }
details { border: 1px solid var(--line); border-radius: .6rem; margin: .7rem 0; padding: 0 1rem }
details[open] { padding-bottom: 1rem } summary { cursor: pointer; padding: .7rem 0 }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .6rem;
  margin: 1.2rem 0 .6rem }
dl div { background: var(--panel); border-radius: .5rem; padding: .5rem .75rem }
dt { color: var(--soft); font-size: .8rem } dd { margin: 0; font-weight: 600; font-size: .93rem }
pre { background: var(--panel); border-radius: .5rem; padding: .7rem .9rem; white-space: pre-wrap; margin: 0;
  font-size: .82rem }
@media print { details { break-inside: avoid } }
"""
