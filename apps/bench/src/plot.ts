// The plots, drawn by Vega-Lite: SVG that follows the reader's light or dark colours.

import { Error as errors, loader, logger, parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { layoutWords, shapeWords } from './cases.ts';
import type { Environment } from './environment.ts';
import { isOnGpu, paths } from './paths.ts';
import { nameOf, type Row } from './report.ts';

/** Nanoseconds per logit by path: one panel for each shape and form. GPUs are left out: most are software here. */
export async function plotPaths(all: readonly Row[], environment: Environment): Promise<string> {
  const rows = all.filter((row) => !isOnGpu(row));
  const order = [...new Set(rows.map(nameOf))].sort((a, b) => placeOf(a) - placeOf(b));
  const panelOf = (row: Row) => `${shapeWords(row)}, ${row.form}`;
  const values = rows.map((row) => {
    const point = { ...pointOf(row), panel: panelOf(row) };
    // The number stands to the right of all marks of its line.
    const line = rows.filter((other) => nameOf(other) === point.name && panelOf(other) === point.panel);
    return { ...point, right: Math.max(...line.map(({ nsPerLogit }) => nsPerLogit)) };
  });
  const panels = [...new Set(values.map(({ panel }) => panel))];
  const base = { y: { field: 'name', type: 'nominal', sort: order, axis: { title: null, grid: true } } } as const;
  const x = { field: 'ns', type: 'quantitative', ...logScale(rows), title: null } as const;
  return toSvg({
    ...frame('Loss and gradient: nanoseconds per logit (log scale, left is faster)', environment),
    data: { values },
    columns: 2,
    facet: { field: 'panel', type: 'nominal', sort: panels, header: { title: null, labelFontWeight: 'bold' } },
    spec: {
      width: 330,
      height: { step: 17 },
      layer: [
        {
          mark: { type: 'point', size: 45, filled: true, opacity: 0.85 },
          encoding: { ...base, x, color: kindColor(values), shape: layoutShape(values) },
        },
        {
          transform: [{ filter: 'datum.first' }],
          mark: { type: 'text', align: 'left', dx: 9, fontSize: 10, fill: ink },
          encoding: { ...base, x: { ...x, field: 'right' }, text: { field: 'label' } },
        },
      ],
    },
    resolve: { scale: { y: 'independent' } },
  } as TopLevelSpec);
}

/** How cost grows with the classes when the number of logits stays: one panel a form. */
export async function plotGrowth(rows: readonly Row[], environment: Environment): Promise<string> {
  const order = [...new Set(rows.map(nameOf))].sort((a, b) => placeOf(a) - placeOf(b));
  const values = rows.map(pointOf);
  const name = { field: 'name', type: 'nominal', sort: order, legend: { title: 'path', symbolSize: 90 } };
  return toSvg({
    ...frame('Cost by number of classes at four million logits: 40,000 rows down to 4', environment),
    data: { values },
    columns: 2,
    facet: { field: 'form', type: 'nominal', header: { title: null, labelFontWeight: 'bold' } },
    spec: {
      width: 400,
      height: 380,
      mark: { type: 'line', point: { size: 55, filled: true } },
      encoding: {
        x: {
          field: 'classes',
          type: 'quantitative',
          scale: { type: 'log' },
          axis: { title: 'classes', values: [1e2, 1e3, 1e4, 1e5, 1e6], format: '~s' },
        },
        y: { field: 'ns', type: 'quantitative', ...logScale(rows), title: 'nanoseconds per logit' },
        color: { ...name, scale: { domain: order, range: hues } },
        shape: { ...name, scale: { domain: order, range: shapes } },
      },
    },
  } as unknown as TopLevelSpec);
}

// Marks stand on white and on near black alike: hues of middle lightness, contrast 3 at least against both.
const hues = [
  '#8a8f98',
  '#c77700',
  '#1f8fd6',
  '#d1495b',
  '#2a9d6f',
  '#9a6dd7',
  '#a8862a',
  '#d4639f',
  '#3aa0a0',
  '#7a8b2f',
];
const kinds = { eqloss: hues[2], composed: hues[1], pytorch: hues[3], yardstick: hues[0] };
const shapes = [
  'circle',
  'square',
  'triangle-up',
  'diamond',
  'cross',
  'triangle-down',
  'triangle-left',
  'triangle-right',
];
/** Replaced in {@link toSvg}: text and lines take the colour of the page. */
const ink = '#123456';

/** Whole decades around all values: the same in every panel. Vega's own ticks would label few and draw a line for each. */
function logScale(rows: readonly Row[]) {
  const powers = rows.map(({ nsPerLogit }) => Math.log10(nsPerLogit));
  const first = Math.floor(Math.min(...powers));
  const last = Math.max(first + 1, Math.ceil(Math.max(...powers)));
  const values = Array.from({ length: last - first + 1 }, (_, k) => Number(`1e${first + k}`));
  const domain: [number, number] = [values[0], values[values.length - 1]];
  return { scale: { type: 'log' as const, domain, nice: false }, axis: { values, format: '~g' } };
}

function kindColor(values: readonly { readonly kind: keyof typeof kinds }[]) {
  const domain = Object.keys(kinds).filter((kind) => values.some((value) => value.kind === kind));
  const range = domain.map((kind) => kinds[kind as keyof typeof kinds]);
  return { field: 'kind', type: 'nominal', scale: { domain, range }, legend: { title: 'written by' } } as const;
}

function layoutShape(values: readonly { readonly layout: string }[]) {
  const domain = [...new Set(values.map(({ layout }) => layout))];
  const legend = { title: 'foreground, tail', symbolSize: 70 };
  return { field: 'layout', type: 'nominal', scale: { domain, range: shapes }, legend } as const;
}

function pointOf(row: Row) {
  const name = nameOf(row);
  const entry = paths.find((candidate) => candidate.name === name);
  const layout = layoutLabel(row);
  const { form, classes, nsPerLogit: ns } = row;
  const first = layoutWords(row) === '1/4';
  return { name, form, classes, ns, layout, first, kind: entry?.kind ?? 'eqloss', label: labelOf(ns) } as const;
}

/** Two digits, never an exponent: `0.083`, `3`, `130`. */
function labelOf(ns: number): string {
  return String(Number(ns.toPrecision(2)));
}

function layoutLabel({ foreground, tail, beta }: Row): string {
  const share = foreground === 1 ? 'all' : foreground === 0.25 ? 'a quarter' : String(foreground);
  const place = tail === 'contiguous' ? 'side by side' : tail;
  return `${share}, ${place}${beta === 'drawn' ? ', β drawn' : ''}`;
}

function placeOf(name: string): number {
  return paths.findIndex((entry) => entry.name === name);
}

function frame(title: string, { cpu, cores, node, torch }: Environment) {
  const engine = torch.startsWith('unavailable') ? 'no PyTorch' : `PyTorch ${torch}`;
  const lines = {
    labelColor: ink,
    titleColor: ink,
    tickColor: ink,
    domainColor: ink,
    gridColor: ink,
    gridOpacity: 0.15,
  };
  return {
    title: { text: title, subtitle: `${cpu}, ${cores} cores; Node ${node}; ${engine}`, anchor: 'start', offset: 12 },
    padding: 14,
    background: 'transparent',
    config: {
      font: 'system-ui, sans-serif',
      title: { color: ink, subtitleColor: ink, fontSize: 15 },
      axis: lines,
      header: { labelColor: ink, labelFontSize: 12, labelAnchor: 'start' },
      legend: {
        labelColor: ink,
        titleColor: ink,
        labelLimit: 260,
        symbolBaseFillColor: ink,
        symbolBaseStrokeColor: ink,
      },
      view: { stroke: ink, strokeOpacity: 0.25 },
    },
  };
}

async function toSvg(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec, { logger: logger(errors) }).spec), {
    renderer: 'none',
    loader: loader(),
    logLevel: errors,
  });
  const svg = await view.toSVG();
  view.finalize();
  const style =
    '<style>svg{background:#fff;color:#1a1d21}@media (prefers-color-scheme:dark){svg{background:#16191d;color:#e6e8eb}}</style>';
  return `${svg.replaceAll(ink, 'currentColor').replace(/>/, `>${style}`)}\n`;
}
