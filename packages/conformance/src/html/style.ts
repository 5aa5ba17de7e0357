// The page's looks: light and dark, from 360 pixels on, on paper. Colour repeats what symbols, shapes and words say.

/** CSS without anything from elsewhere. */
export const style = `
:root { color-scheme: light dark; --ground: light-dark(#fff, #16191d); --ink: light-dark(#1a1d21, #e6e8eb); --line: light-dark(#c8ccd2, #454b54);
  --soft: light-dark(#f4f5f7, #22262c); --focus: light-dark(#1b5fc1, #8ab8ff); --mark: light-dark(#1f66b0, #7fb6f0);
  --pass: light-dark(#0b6b32, #6fd694); --fail: light-dark(#b3151f, #ff8e8e); --known: light-dark(#7a5300, #f0c060); --open: light-dark(#5a626d, #a3abb6); }
* { box-sizing: border-box; }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; background: var(--ground); color: var(--ink); }
main { max-width: 80rem; margin: 0 auto; padding: 1rem; }
h1 { line-height: 1.2; margin: .5rem 0; } h2 { margin: 2.5rem 0 .5rem; } h3 { margin: 1.5rem 0 .5rem; font-size: 1rem; }
a { color: inherit; overflow-wrap: anywhere; text-underline-offset: .15em; }
.skip { position: absolute; left: -100vw; top: 0; padding: .5rem 1rem; background: var(--ground); z-index: 2; } .skip:focus { left: 0; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; margin: 1rem 0; padding: .5rem 0; border-block: 1px solid var(--line); }
nav a { display: inline-block; padding: .15rem 0; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; text-align: start; vertical-align: top; border-bottom: 1px solid var(--line); white-space: nowrap; }
thead th { background: var(--soft); } td { position: relative; }
.prose td { white-space: normal; min-width: 8rem; max-width: 28rem; overflow-wrap: anywhere; } .facts td { white-space: normal; min-width: 4.5rem; max-width: 24rem; } .numbers { font-family: ui-monospace, monospace; font-size: .875rem; }
tbody th { font-weight: 600; max-width: 22rem; white-space: normal; overflow-wrap: break-word; }
.pass, .within { color: var(--pass); } .fail { color: var(--fail); font-weight: 600; } .known { color: var(--known); } .open, .none, .about, .legend { color: var(--open); }
.legend { margin: 0 0 .75rem; max-width: 48rem; }
.verdict { font-size: 1.4rem; margin: 0; } .counts { font-size: 1rem; font-weight: 400; color: var(--open); }
details { border-bottom: 1px solid var(--line); padding: .3rem 0; } details details { margin-inline-start: 1rem; } td details, figure details { border: 0; padding: 0; margin: 0; }
summary { cursor: pointer; padding: .2rem 0; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0; } li, .ids { overflow-wrap: anywhere; } ul { padding-inline-start: 1.25rem; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(21rem, 100%), 1fr)); gap: 1.25rem; margin: .5rem 0 1rem; align-items: start; }
figure { margin: 0; min-width: 0; max-width: 30rem; } figcaption { font-weight: 600; overflow-wrap: anywhere; } svg { display: block; width: 100%; height: auto; }
svg text { font: 11px system-ui, sans-serif; fill: var(--ink); } svg .tick, svg .axis { text-anchor: middle; fill: var(--open); } svg .end, svg .label, svg .value { text-anchor: end; } svg .none { fill: var(--open); }
svg .grid { stroke: var(--line); } svg .ground { stroke: var(--open); } svg .one { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 4 2; } svg .span { stroke: var(--open); stroke-width: 1.5; }
svg .mark.within { fill: var(--mark); } svg .mark.median { fill: var(--ground); stroke: var(--mark); stroke-width: 1.75; } svg .mark.exact { fill: var(--open); }
svg .mark.beyond { stroke: var(--fail); stroke-width: 2.25; fill: none; } svg .value.beyond { fill: var(--fail); font-weight: 700; }
svg .bar { stroke-width: 5; stroke: var(--mark); } svg .bar.beyond { stroke: var(--fail); }
@media (max-width: 40rem) { main { padding: .6rem; } th, td { padding: .25rem .4rem; } tbody th { overflow-wrap: anywhere; min-width: 7.5rem; }
  .matrix th:first-child { position: sticky; left: 0; z-index: 1; background: var(--ground); } .matrix thead th:first-child { background: var(--soft); } }
@media print { .skip, nav { display: none; } .scroll { overflow: visible; } figure { break-inside: avoid; } details::details-content { content-visibility: visible; block-size: auto; } }
`;
