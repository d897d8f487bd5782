/** The map's look: warm paper by day, warm dark by night, drawn from one layer of classed roads. */
import type {
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  StyleSpecification,
} from 'maplibre-gl';

interface Look {
  ground: string;
  edge: string;
  lane: string;
  street: string;
  artery: string;
  arteryEdge: string;
  path: string;
  name: string;
  ahead: string;
  done: string;
  warn: string;
  casing: string;
}

const DAY: Look = {
  ground: '#f1ede5',
  edge: '#e0d8ca',
  lane: '#e6dfd2',
  street: '#ffffff',
  artery: '#f8e9cf',
  arteryEdge: '#d9bf95',
  path: '#ddd6c8',
  name: '#5c5347',
  ahead: '#21443a',
  done: '#a2988a',
  warn: '#805f2a',
  casing: '#ffffff',
};

const NIGHT: Look = {
  ground: '#1a1714',
  edge: '#1c1916',
  lane: '#2b2621',
  street: '#3a342d',
  artery: '#4c4235',
  arteryEdge: '#1c1916',
  path: '#282420',
  name: '#a89e90',
  ahead: '#a9cfbe',
  done: '#6b6257',
  warn: '#d8ba84',
  casing: '#100f0d',
};

const CLASS: ExpressionSpecification = ['get', 'class'];

/** Road widths grow with the zoom: `far` pixels at 10, `near` at 18. */
const grows = (far: number, near: number): ExpressionSpecification => [
  'interpolate',
  ['exponential', 1.5],
  ['zoom'],
  10,
  far,
  18,
  near,
];

function road(
  id: string,
  filter: FilterSpecification,
  color: string,
  width: ExpressionSpecification,
): LayerSpecification {
  return {
    id,
    type: 'line',
    source: 'city',
    'source-layer': 'roads',
    filter,
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': color, 'line-width': width },
  };
}

function roads(look: Look): LayerSpecification[] {
  const paths: FilterSpecification = ['>=', CLASS, 8];
  const lanes: FilterSpecification = ['==', CLASS, 7];
  const streets: FilterSpecification = ['in', CLASS, ['literal', [5, 6]]];
  const middling: FilterSpecification = ['in', CLASS, ['literal', [3, 4]]];
  const arteries: FilterSpecification = ['<=', CLASS, 2];
  return [
    road('paths', paths, look.path, grows(0.3, 2)),
    road('lanes', lanes, look.lane, grows(0.4, 6)),
    road('streets-edge', streets, look.edge, grows(0.9, 16)),
    road('streets', streets, look.street, grows(0.6, 13)),
    road('middling-edge', middling, look.edge, grows(1.5, 22)),
    road('middling', middling, look.street, grows(1.1, 18)),
    road('arteries-edge', arteries, look.arteryEdge, grows(2.2, 26)),
    road('arteries', arteries, look.artery, grows(1.5, 22)),
  ];
}

function names(look: Look): LayerSpecification {
  return {
    id: 'names',
    type: 'symbol',
    source: 'city',
    'source-layer': 'roads',
    minzoom: 12.5,
    filter: ['all', ['has', 'name'], ['<=', CLASS, 6]],
    layout: {
      'symbol-placement': 'line',
      'text-field': ['get', 'name'],
      'text-font': ['Hanken Grotesk Variable'],
      'text-size': ['interpolate', ['linear'], ['zoom'], 13, 10, 17, 14],
    },
    paint: { 'text-color': look.name, 'text-halo-color': look.ground, 'text-halo-width': 1.4 },
  };
}

function routes(look: Look): LayerSpecification[] {
  const tone: ExpressionSpecification = [
    'match',
    ['get', 'tone'],
    'done',
    look.done,
    'warn',
    look.warn,
    look.ahead,
  ];
  const shape = { 'line-cap': 'round', 'line-join': 'round' } as const;
  return [
    {
      id: 'routes-casing',
      type: 'line',
      source: 'routes',
      filter: ['!', ['get', 'estimated']],
      layout: shape,
      paint: { 'line-color': look.casing, 'line-width': 7.5 },
    },
    {
      id: 'routes',
      type: 'line',
      source: 'routes',
      filter: ['!', ['get', 'estimated']],
      layout: shape,
      paint: { 'line-color': tone, 'line-width': 4.5 },
    },
    {
      id: 'routes-estimated',
      type: 'line',
      source: 'routes',
      filter: ['to-boolean', ['get', 'estimated']],
      layout: shape,
      paint: { 'line-color': tone, 'line-width': 3, 'line-dasharray': [1, 2] },
    },
  ];
}

/** The whole style. Without tiles the ground stays empty and routes still show. */
export function streets(
  tiles: string | null,
  { dark, attribution }: { dark: boolean; attribution: string },
): StyleSpecification {
  const look = dark ? NIGHT : DAY;
  const ground: LayerSpecification = {
    id: 'ground',
    type: 'background',
    paint: { 'background-color': look.ground },
  };
  const routeSource = {
    type: 'geojson',
    data: { type: 'FeatureCollection', features: [] },
    ...(tiles ? {} : { attribution }),
  } as const;
  return {
    version: 8,
    sources: {
      ...(tiles ? { city: { type: 'vector', url: tiles, attribution } as const } : {}),
      routes: routeSource,
    },
    layers: [
      ground,
      ...(tiles ? roads(look) : []),
      ...routes(look),
      ...(tiles ? [names(look)] : []),
    ],
  };
}
