/** Places: distances on a sphere, points in circles and polygons, geohashes; and IPv4 ranges as blocks. */
import { parseJson } from '../series/values';
import type { NativeFunction, NativeTable, NativeText } from './native';

/** Metres; the sphere of Kusto's documented numbers. */
const EARTH_RADIUS = 6_371_010;
const RADIANS = Math.PI / 180;
const LETTERS = '0123456789bcdefghjkmnpqrstuvwxyz';
const DEFAULT_PRECISION = 5;

function coordinates(texts: readonly NativeText[]): readonly number[] | undefined {
  const numbers = texts.map((text) => (text === null ? Number.NaN : Number(text)));
  const valid = numbers.every((value, index) => Math.abs(value) <= (index % 2 === 0 ? 180 : 90));
  return valid ? numbers : undefined;
}

function haversine([lon1 = 0, lat1 = 0, lon2 = 0, lat2 = 0]: readonly number[]): number {
  const [dLat, dLon] = [(lat2 - lat1) * RADIANS, (lon2 - lon1) * RADIANS];
  const chord = Math.sin(dLat / 2) ** 2 + Math.cos(lat1 * RADIANS) * Math.cos(lat2 * RADIANS) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(chord)));
}

const distance: NativeFunction = (...texts) => {
  const points = coordinates(texts);
  return points === undefined ? null : String(haversine(points));
};

const inCircle: NativeFunction = (lon = null, lat = null, centerLon = null, centerLat = null, radius = null) => {
  const points = coordinates([lon, lat, centerLon, centerLat]);
  return points === undefined || radius === null ? null : String(haversine(points) <= Number(radius));
};

type Ring = readonly (readonly [number, number])[];

function isInside(ring: Ring, x: number, y: number): boolean {
  let inside = false;
  for (const [index, [x1, y1]] of ring.entries()) {
    const [x2, y2] = ring.at(index - 1) ?? [x1, y1];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}

/** Edges are straight in degrees: near enough for polygons of a city's size. */
const inPolygon: NativeFunction = (lon = null, lat = null, json = null) => {
  const point = coordinates([lon, lat]);
  const shape = parseJson(json) as { readonly type?: unknown; readonly coordinates?: unknown } | null | undefined;
  const parts =
    shape?.type === 'Polygon' ? [shape.coordinates] : shape?.type === 'MultiPolygon' ? shape.coordinates : [];
  if (point === undefined || !Array.isArray(parts) || parts.length === 0) return null;
  const [x = 0, y = 0] = point;
  const found = parts.some((rings: unknown) => {
    const all = (Array.isArray(rings) ? rings : []).map((ring: unknown) => (Array.isArray(ring) ? (ring as Ring) : []));
    const [outer, ...holes] = all;
    return outer !== undefined && isInside(outer, x, y) && !holes.some((hole) => isInside(hole, x, y));
  });
  return String(found);
};

const toGeohash: NativeFunction = (lon = null, lat = null, precision = null) => {
  const point = coordinates([lon, lat]);
  const length = precision === null ? DEFAULT_PRECISION : Number(precision);
  if (point === undefined || length < 1 || length > 18) return null;
  const ranges: [[number, number], [number, number]] = [
    [-180, 180],
    [-90, 90],
  ];
  let made = '';
  for (let bit = 0, value = 0; made.length < length; bit += 1) {
    const range = ranges[bit % 2 === 0 ? 0 : 1];
    const middle = (range[0] + range[1]) / 2;
    const upper = (point[bit % 2] ?? 0) >= middle;
    range[upper ? 0 : 1] = middle;
    value = value * 2 + (upper ? 1 : 0);
    if (bit % 5 === 4) {
      made += LETTERS[value] ?? '';
      value = 0;
    }
  }
  return made;
};

const fromGeohash: NativeFunction = (text) => {
  const letters = [...(text ?? '').toLowerCase()].map((letter) => LETTERS.indexOf(letter));
  if (letters.length === 0 || letters.length > 18 || letters.includes(-1)) return null;
  const ranges: [[number, number], [number, number]] = [
    [-180, 180],
    [-90, 90],
  ];
  const bits = letters.flatMap((value) => [16, 8, 4, 2, 1].map((mask) => (value & mask) !== 0));
  for (const [index, upper] of bits.entries()) {
    const range = ranges[index % 2 === 0 ? 0 : 1];
    range[upper ? 0 : 1] = (range[0] + range[1]) / 2;
  }
  const [x, y] = ranges.map(([low, high]) => (low + high) / 2);
  return JSON.stringify({ type: 'Point', coordinates: [x, y] });
};

function address(text: string | null | undefined): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec((text ?? '').trim());
  if (parts === null) return undefined;
  const octets = parts.slice(1).map(Number);
  return octets.some((octet) => octet > 255) ? undefined : octets.reduce((value, octet) => value * 256 + octet, 0);
}

/** The fewest blocks that cover a range exactly. */
const cidrList: NativeFunction = (from, to) => {
  let [at, end] = [address(from), address(to)];
  if (at === undefined || end === undefined || at > end) return null;
  const blocks: string[] = [];
  while (at <= end) {
    let size = 1;
    while (size < 2 ** 32 && at % (size * 2) === 0 && at + size * 2 - 1 <= end) size *= 2;
    const start: number = at;
    blocks.push(
      `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join('.')}/${32 - Math.log2(size)}`,
    );
    at = start + size;
  }
  return JSON.stringify(blocks);
};

export const PLACES: NativeTable = {
  geo_distance_2points: [4, distance],
  geo_point_in_circle: [5, inCircle],
  geo_point_in_polygon: [3, inPolygon],
  geo_point_to_geohash: [3, toGeohash],
  geo_geohash_to_central_point: [1, fromGeohash],
  ipv4_range_to_cidr_list: [2, cidrList],
};
