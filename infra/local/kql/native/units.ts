/** convert_length() and its kin: values from one unit to another, by each unit's size in a common one. */
import type { NativeFunction, NativeTable } from './native';

type Sizes = Readonly<Record<string, number>>;

const INCH = 0.0254;
const FOOT = 12 * INCH;
const YARD = 3 * FOOT;
const MILE = 1760 * YARD;
const SURVEY_FOOT = 1200 / 3937;
const POINT = INCH / 72;
const PRINTER_POINT = INCH / 72.27;
const LIGHT_YEAR = 9.46073047258e15;
const PARSEC = 3.08567758128e16;

/** In metres. */
const LENGTH: Sizes = {
  angstrom: 1e-10,
  astronomicalunit: 1.495978707e11,
  centimeter: 0.01,
  chain: 66 * SURVEY_FOOT,
  datamile: 6000 * FOOT,
  decameter: 10,
  decimeter: 0.1,
  dtppica: 12 * POINT,
  dtppoint: POINT,
  fathom: 6 * FOOT,
  foot: FOOT,
  hand: 4 * INCH,
  hectometer: 100,
  inch: INCH,
  kilolightyear: 1e3 * LIGHT_YEAR,
  kilometer: 1e3,
  kiloparsec: 1e3 * PARSEC,
  lightyear: LIGHT_YEAR,
  megalightyear: 1e6 * LIGHT_YEAR,
  megaparsec: 1e6 * PARSEC,
  meter: 1,
  microinch: 1e-6 * INCH,
  micrometer: 1e-6,
  mil: 1e-3 * INCH,
  mile: MILE,
  millimeter: 1e-3,
  nanometer: 1e-9,
  nauticalmile: 1852,
  parsec: PARSEC,
  printerpica: 12 * PRINTER_POINT,
  printerpoint: PRINTER_POINT,
  shackle: 90 * FOOT,
  solarradius: 6.957e8,
  twip: POINT / 20,
  ussurveyfoot: SURVEY_FOOT,
  yard: YARD,
};

const DEGREE = Math.PI / 180;

/** In radians. */
const ANGLE: Sizes = {
  arcminute: DEGREE / 60,
  arcsecond: DEGREE / 3600,
  centiradian: 0.01,
  deciradian: 0.1,
  degree: DEGREE,
  gradian: Math.PI / 200,
  microdegree: 1e-6 * DEGREE,
  microradian: 1e-6,
  millidegree: 1e-3 * DEGREE,
  milliradian: 1e-3,
  nanodegree: 1e-9 * DEGREE,
  nanoradian: 1e-9,
  natomil: Math.PI / 3200,
  radian: 1,
  revolution: 2 * Math.PI,
};

const NEWTON_KILOGRAM = 9.80665;
const POUND = 0.45359237;
const POUND_FORCE = POUND * NEWTON_KILOGRAM;

/** In newtons. */
const FORCE: Sizes = {
  decanewton: 10,
  dyn: 1e-5,
  kilogramforce: NEWTON_KILOGRAM,
  kilonewton: 1e3,
  kilopond: NEWTON_KILOGRAM,
  kilopoundforce: 1e3 * POUND_FORCE,
  meganewton: 1e6,
  micronewton: 1e-6,
  millinewton: 1e-3,
  newton: 1,
  ounceforce: POUND_FORCE / 16,
  poundal: POUND * FOOT,
  poundforce: POUND_FORCE,
  shorttonforce: 2000 * POUND_FORCE,
  tonneforce: 1e3 * NEWTON_KILOGRAM,
};

/** In kilograms. */
const MASS: Sizes = {
  centigram: 1e-5,
  decagram: 0.01,
  decigram: 1e-4,
  earthmass: 5.9722e24,
  grain: POUND / 7000,
  gram: 1e-3,
  hectogram: 0.1,
  kilogram: 1,
  kilopound: 1e3 * POUND,
  kilotonne: 1e6,
  longhundredweight: 112 * POUND,
  longton: 2240 * POUND,
  megapound: 1e6 * POUND,
  megatonne: 1e9,
  microgram: 1e-9,
  milligram: 1e-6,
  nanogram: 1e-12,
  ounce: POUND / 16,
  pound: POUND,
  shorthundredweight: 100 * POUND,
  shortton: 2000 * POUND,
  slug: POUND_FORCE / FOOT,
  solarmass: 1.98947e30,
  stone: 14 * POUND,
  tonne: 1e3,
};

/** The international British thermal unit, the one of the documented number. */
const BTU = 1055.05585262;
const EV = 1.602176565e-19;
const [THERM_EC, THERM_IMPERIAL, THERM_US] = [1.05505585262e8, 1.05505585257348e8, 1.054804e8];

/** In joules. */
const ENERGY: Sizes = {
  britishthermalunit: BTU,
  calorie: 4.184,
  decathermec: 10 * THERM_EC,
  decathermimperial: 10 * THERM_IMPERIAL,
  decathermus: 10 * THERM_US,
  electronvolt: EV,
  erg: 1e-7,
  footpound: POUND_FORCE * FOOT,
  gigabritishthermalunit: 1e9 * BTU,
  gigaelectronvolt: 1e9 * EV,
  gigajoule: 1e9,
  gigawattday: 8.64e13,
  gigawatthour: 3.6e12,
  horsepowerhour: 550 * POUND_FORCE * FOOT * 3600,
  joule: 1,
  kilobritishthermalunit: 1e3 * BTU,
  kilocalorie: 4184,
  kiloelectronvolt: 1e3 * EV,
  kilojoule: 1e3,
  kilowattday: 8.64e7,
  kilowatthour: 3.6e6,
  megabritishthermalunit: 1e6 * BTU,
  megacalorie: 4.184e6,
  megaelectronvolt: 1e6 * EV,
  megajoule: 1e6,
  megawattday: 8.64e10,
  megawatthour: 3.6e9,
  millijoule: 1e-3,
  teraelectronvolt: 1e12 * EV,
  terawattday: 8.64e16,
  terawatthour: 3.6e15,
  thermec: THERM_EC,
  thermimperial: THERM_IMPERIAL,
  thermus: THERM_US,
  wattday: 86_400,
  watthour: 3600,
};

const [US_GALLON, IMPERIAL_GALLON, LITER] = [231 * INCH ** 3, 4.54609e-3, 1e-3];

/** In cubic metres. */
const VOLUME: Sizes = {
  // The documented number shows this rounded size.
  acrefoot: 1 / 0.000810714,
  autablespoon: 2e-5,
  boardfoot: FOOT ** 3 / 12,
  centiliter: 0.01 * LITER,
  cubiccentimeter: 1e-6,
  cubicdecimeter: 1e-3,
  cubicfoot: FOOT ** 3,
  cubichectometer: 1e6,
  cubicinch: INCH ** 3,
  cubickilometer: 1e9,
  cubicmeter: 1,
  cubicmicrometer: 1e-18,
  cubicmile: MILE ** 3,
  cubicmillimeter: 1e-9,
  cubicyard: YARD ** 3,
  decaliter: 10 * LITER,
  decausgallon: 10 * US_GALLON,
  deciliter: 0.1 * LITER,
  deciusgallon: 0.1 * US_GALLON,
  hectocubicfoot: 100 * FOOT ** 3,
  hectocubicmeter: 100,
  hectoliter: 100 * LITER,
  hectousgallon: 100 * US_GALLON,
  imperialbeerbarrel: 36 * IMPERIAL_GALLON,
  imperialgallon: IMPERIAL_GALLON,
  imperialounce: IMPERIAL_GALLON / 160,
  imperialpint: IMPERIAL_GALLON / 8,
  kilocubicfoot: 1e3 * FOOT ** 3,
  kilocubicmeter: 1e3,
  kiloimperialgallon: 1e3 * IMPERIAL_GALLON,
  kiloliter: 1,
  kilousgallon: 1e3 * US_GALLON,
  liter: LITER,
  megacubicfoot: 1e6 * FOOT ** 3,
  megaimperialgallon: 1e6 * IMPERIAL_GALLON,
  megaliter: 1e3,
  megausgallon: 1e6 * US_GALLON,
  metriccup: 2.5e-4,
  metricteaspoon: 5e-6,
  microliter: 1e-9,
  milliliter: 1e-6,
  oilbarrel: 42 * US_GALLON,
  uktablespoon: 1.5e-5,
  usbeerbarrel: 31 * US_GALLON,
  uscustomarycup: US_GALLON / 16,
  usgallon: US_GALLON,
  uslegalcup: 2.4e-4,
  usounce: US_GALLON / 128,
  uspint: US_GALLON / 8,
  usquart: US_GALLON / 4,
  ustablespoon: US_GALLON / 256,
  usteaspoon: US_GALLON / 768,
};

const SPEED_LENGTHS: Sizes = {
  centimeter: 0.01,
  decimeter: 0.1,
  foot: FOOT,
  inch: INCH,
  kilometer: 1e3,
  meter: 1,
  micrometer: 1e-6,
  mile: MILE,
  millimeter: 1e-3,
  nanometer: 1e-9,
  ussurveyfoot: SURVEY_FOOT,
  yard: YARD,
};

/** In metres per second. */
const SPEED: Sizes = {
  knot: 1852 / 3600,
  ...Object.fromEntries(
    Object.entries(SPEED_LENGTHS).flatMap(([name, size]) => [
      [`${name}persecond`, size],
      [`${name}perminute`, size / 60],
      [`${name}perhour`, size / 3600],
    ]),
  ),
};

/** Scale and zero of each, in kelvins. */
const TEMPERATURE: Readonly<Record<string, readonly [scale: number, zero: number]>> = {
  degreecelsius: [1, 273.15],
  degreedelisle: [-2 / 3, 373.15],
  degreefahrenheit: [5 / 9, 459.67 * (5 / 9)],
  degreenewton: [100 / 33, 273.15],
  degreerankine: [5 / 9, 0],
  degreereaumur: [5 / 4, 273.15],
  degreeroemer: [40 / 21, 273.15 - 7.5 * (40 / 21)],
  kelvin: [1, 0],
  millidegreecelsius: [1e-3, 273.15],
  solartemperature: [5778, 0],
};

function known<Size>(sizes: Readonly<Record<string, Size>>, name: string | null | undefined): Size | undefined {
  const key = (name ?? '').toLowerCase();
  return Object.hasOwn(sizes, key) ? sizes[key] : undefined;
}

function converter(sizes: Sizes): NativeFunction {
  return (value, from, to) => {
    const [a, b] = [known(sizes, from), known(sizes, to)];
    return value === null || a === undefined || b === undefined ? null : String((Number(value) * a) / b);
  };
}

const temperature: NativeFunction = (value, from, to) => {
  const [a, b] = [known(TEMPERATURE, from), known(TEMPERATURE, to)];
  return value === null || a === undefined || b === undefined
    ? null
    : String((Number(value) * a[0] + a[1] - b[1]) / b[0]);
};

/** Null for a unit that is none. */
export const UNITS: NativeTable = {
  convert_angle: [3, converter(ANGLE)],
  convert_energy: [3, converter(ENERGY)],
  convert_force: [3, converter(FORCE)],
  convert_length: [3, converter(LENGTH)],
  convert_mass: [3, converter(MASS)],
  convert_speed: [3, converter(SPEED)],
  convert_temperature: [3, temperature],
  convert_volume: [3, converter(VOLUME)],
};
