/**
 * A map of the hub's streets with routes and numbered stops on it. MapLibre and the tiles load only
 * when a map is drawn. Nothing comes from elsewhere: the tiles are ours, names use the device's fonts.
 */
import type { GeoJSONSource, Map as MapLibre, Marker, PaddingOptions } from 'maplibre-gl';
import { streets } from './map-style.ts';

export type Point = readonly [longitude: number, latitude: number];

/** What the server says of its tiles at `/tiles/city.json`. */
export interface City {
  attribution: string;
  /** West, south, east, north. */
  bounds: readonly [number, number, number, number];
  /** The day the street data is from. */
  date: string;
  /** No streets could be had: routes are drawn as the crow flies. */
  estimated: boolean;
}

export interface Route {
  id: string;
  line: readonly Point[];
  /** `ahead` in the accent, `done` dimmed, `warn` in brass. */
  tone?: 'ahead' | 'done' | 'warn';
  /** Estimated lines are dashed. */
  estimated?: boolean;
}

export interface Stop {
  id: string;
  at: Point;
  label: string;
  /** Read aloud and shown on hover: "Stop 3, 14:30, Linnégatan 12". */
  words: string;
  tone?: 'ahead' | 'done' | 'warn' | 'bad' | 'here';
}

export interface Drawing {
  tiles?: string;
  bounds?: City['bounds'];
  routes?: readonly Route[];
  stops?: readonly Stop[];
  dark?: boolean;
  /** Pixels left free around what is shown, for what lies over the map. */
  room?: PaddingOptions;
  /** Called when a stop is chosen by tap or by key. */
  chosen?: (stop: Stop) => void;
}

export interface DrawnMap {
  /** Show other routes or stops; `fit` moves the view to hold them. */
  update(drawing: Pick<Drawing, 'routes' | 'stops'>, fit?: boolean): void;
  /** Bring a place to the middle. */
  look(at: Point): void;
  remove(): void;
}

/** The description of the city's tiles. */
export async function city(): Promise<City> {
  const response = await fetch('/tiles/city.json');
  if (!response.ok) throw new Error(`The map answers ${response.status}.`);
  return (await response.json()) as City;
}

/** Whether the page is dark now, by its theme or the device's wish. */
export function isDark(): boolean {
  const theme = document.documentElement.dataset.theme;
  return theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

const still = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

let protocolReady = false;

async function engine(): Promise<typeof import('maplibre-gl')> {
  const [maplibre, { Protocol }, worker] = await Promise.all([
    import('maplibre-gl'),
    import('pmtiles'),
    import('maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'),
    import('maplibre-gl/dist/maplibre-gl.css'),
    import('./map.css'),
  ]);
  if (!protocolReady) {
    maplibre.setWorkerUrl(worker.default);
    maplibre.addProtocol('pmtiles', new Protocol().tile);
    protocolReady = true;
  }
  return maplibre;
}

type Drawn = Parameters<GeoJSONSource['setData']>[0];

function lines(routes: readonly Route[]): Drawn {
  return {
    type: 'FeatureCollection',
    features: routes.map(({ id, line, tone = 'ahead', estimated = false }) => ({
      type: 'Feature',
      properties: { id, tone, estimated },
      geometry: { type: 'LineString', coordinates: line.map(([x, y]) => [x, y]) },
    })),
  };
}

function button(stop: Stop, chosen: Drawing['chosen']): HTMLElement {
  const element = document.createElement(chosen ? 'button' : 'span');
  element.className = `map-stop map-stop-${stop.tone ?? 'ahead'}`;
  element.textContent = stop.label;
  element.title = stop.words;
  if (chosen) {
    element.setAttribute('aria-label', stop.words);
    element.addEventListener('click', () => chosen(stop));
  } else {
    element.setAttribute('role', 'img');
    element.setAttribute('aria-label', stop.words);
  }
  return element;
}

function fit(map: MapLibre, { routes = [], stops = [], room }: Drawing, motion: boolean): void {
  const points = [...routes.flatMap((route) => [...route.line]), ...stops.map(({ at }) => at)];
  if (points.length === 0) return;
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  map.fitBounds([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)], {
    padding: room ?? 44,
    maxZoom: 15,
    animate: motion && !still(),
  });
}

/** Draw a map into an element that has a size. */
export async function drawMap(element: HTMLElement, drawing: Drawing = {}): Promise<DrawnMap> {
  const [maplibre, about] = await Promise.all([engine(), city()]);
  const tiles = new URL(drawing.tiles ?? '/tiles/city.pmtiles', location.origin);
  const map = new maplibre.Map({
    container: element,
    style: streets(about.estimated ? null : `pmtiles://${tiles.href}`, {
      dark: drawing.dark ?? isDark(),
      attribution: `${about.attribution}, ${about.date}`,
    }),
    bounds: [...(drawing.bounds ?? about.bounds)],
    maxBounds: grown(about.bounds),
    attributionControl: { compact: false },
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: still() ? 0 : 140,
  });
  map.touchZoomRotate.disableRotation();
  let markers: Marker[] = [];

  const place = (stops: readonly Stop[]): void => {
    for (const marker of markers) marker.remove();
    markers = stops.map((stop) =>
      new maplibre.Marker({ element: button(stop, drawing.chosen) })
        .setLngLat([stop.at[0], stop.at[1]])
        .addTo(map),
    );
  };

  await map.once('load');
  let shown: Drawing = drawing;
  const show = (next: Drawing, motion: boolean, moves: boolean): void => {
    shown = { ...shown, ...next };
    map.getSource<GeoJSONSource>('routes')?.setData(lines(shown.routes ?? []));
    place(shown.stops ?? []);
    if (moves) fit(map, shown, motion);
  };
  show(drawing, false, true);

  return {
    update: (next, moves = false) => show(next, true, moves),
    look: ([x, y]) => void map.easeTo({ center: [x, y], zoom: 15, animate: !still() }),
    remove: () => map.remove(),
  };
}

/** The city and some room around it, so that one cannot get lost on an empty sheet. */
function grown([west, south, east, north]: City['bounds']): [number, number, number, number] {
  const [x, y] = [(east - west) / 2, (north - south) / 2];
  return [west - x, south - y, east + x, north + y];
}
