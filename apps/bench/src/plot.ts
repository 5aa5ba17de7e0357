// The plots, drawn by Vega-Lite: SVG that follows the reader's light or dark colours.

import { Error as errors, loader, logger, parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { layoutWords, shapeWords } from './cases.ts';
import type { Environment } from './environment.ts';
import { paths } from './paths.ts';
import { nameOf, type Row } from './report.ts';

/** Nanoseconds per logit by path: one panel for each shape and form. */
export async function plotPaths(rows: readonly Row[], environment: Environment): Promise<string> {
  const order = [...new Set(rows.map(nameOf))].sort((a, b) => placeOf(a) - placeOf(b));
  const values = rows.map((row) => ({ ...pointOf(row), panel: `${shapeWords(row)}, ${row.form}` }));
  const panels = [...new Set(values.map(({ panel }) => panel))];
  const base = { y: { field: 'name', type: 'nominal', sort: order, axis: { title: null, grid: true } } } as const;
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
          mark: { type: 'point', size: 55, filled: true, opacity: 0.85 },
          encoding: { ...base, x: nanoseconds, color: kindColor, shape: layoutShape(values) },
        },
        {
          transform: [{ filter: 'datum.first' }],
          mark: { type: 'text', align: 'left', dx: 9, fontSize: 10, fill: ink },
          encoding: { ...base, x: nanoseconds, text: { field: 'label' } },
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
  const name = {
    field: 'name',
    type: 'nominal',
    sort: order,
    scale: { domain: order },
    legend: { title: 'path', symbolSize: 90 },
  };
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
          axis: { title: 'classes', tickCount: 5, format: '~s' },
        },
        y: { ...nanoseconds, axis: { title: 'nanoseconds per logit', tickCount: 6, format: '~g' } },
        color: { ...name, scale: { domain: order, range: hues } },
        shape: { ...name, scale: { domain: order, range: shapes } },
        strokeDash: { ...name, scale: { domain: order, range: dashes } },
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
const dashes = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
];
/** Replaced in {@link toSvg}: text and lines take the colour of the page. */
const ink = '#123456';

const nanoseconds = {
  field: 'ns',
  type: 'quantitative',
  scale: { type: 'log', nice: true },
  axis: { title: null, tickCount: 5, format: '~g' },
} as const;

const kindColor = {
  field: 'kind',
  type: 'nominal',
  scale: { domain: Object.keys(kinds), range: Object.values(kinds) },
  legend: { title: 'by' },
} as const;

function layoutShape(values: readonly { readonly layout: string }[]) {
  const domain = [...new Set(values.map(({ layout }) => layout))];
  return { field: 'layout', type: 'nominal', scale: { domain, range: shapes }, legend: { title: 'foreground, tail' } };
}

function pointOf(row: Row) {
  const name = nameOf(row);
  const entry = paths.find((candidate) => candidate.name === name);
  const layout = layoutWords(row);
  const { form, classes, nsPerLogit: ns } = row;
  const first = layout === '1/4';
  return { name, form, classes, ns, layout, first, kind: entry?.kind ?? 'eqloss', label: ns.toPrecision(2) };
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
      legend: { labelColor: ink, titleColor: ink, symbolStrokeWidth: 2 },
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
