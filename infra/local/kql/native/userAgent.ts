/** parse_user_agent(): browser, operating system and device by the marks of common programs; anything else is "Other". */
import { parseJson } from '../series/values';
import type { NativeFunction, NativeTable } from './native';

/** A family's name, which may take a capture (`$1`), and the pattern whose captures are its version. First match wins. */
type Rule = readonly [family: string, pattern: RegExp];

const BROWSERS: readonly Rule[] = [
  ['AdobeAIR', /AdobeAIR\/(\d+)\.(\d+)\.?(\d+)?/],
  ['Nokia OSS Browser', /Series60\/(\d+)\.(\d+)/],
  ['Googlebot', /Googlebot\/(\d+)\.(\d+)/],
  ['bingbot', /bingbot\/(\d+)\.(\d+)/],
  ['Edge Mobile', /EdgA?(?:iOS)?\/(\d+)\.(\d+)\.?(\d+)?.*Mobile/],
  ['Edge', /Edge?\/(\d+)\.(\d+)\.?(\d+)?/],
  ['Opera', /OPR\/(\d+)\.(\d+)\.?(\d+)?/],
  ['Samsung Internet', /SamsungBrowser\/(\d+)\.(\d+)/],
  ['Electron', /Electron\/(\d+)\.(\d+)\.?(\d+)?/],
  ['HeadlessChrome', /HeadlessChrome\/(\d+)\.(\d+)\.?(\d+)?/],
  ['Chrome Mobile iOS', /CriOS\/(\d+)\.(\d+)\.?(\d+)?/],
  ['Chrome Mobile', /Chrome\/(\d+)\.(\d+)\.?(\d+)?[^ ]* Mobile/],
  ['Chrome', /Chrome\/(\d+)\.(\d+)\.?(\d+)?/],
  ['Firefox iOS', /FxiOS\/(\d+)\.(\d+)/],
  ['Firefox Mobile', /Mobile;.*Firefox\/(\d+)\.(\d+)/],
  ['Firefox', /Firefox\/(\d+)\.(\d+)\.?(\d+)?/],
  ['Mobile Safari', /Version\/(\d+)\.(\d+)\.?(\d+)?.*Mobile.*Safari/],
  ['Safari', /Version\/(\d+)\.(\d+)\.?(\d+)?.*Safari/],
  ['IE', /Trident\/7.*rv:(\d+)\.(\d+)/],
  ['IE', /MSIE (\d+)\.(\d+)/],
  ['curl', /curl\/(\d+)\.(\d+)\.?(\d+)?/],
  ['Wget', /Wget\/(\d+)\.(\d+)\.?(\d+)?/],
  ['Python Requests', /python-requests\/(\d+)\.(\d+)\.?(\d+)?/],
  ['Python/aiohttp', /aiohttp\/(\d+)\.(\d+)\.?(\d+)?/],
  ['Go-http-client', /Go-http-client\/(\d+)\.(\d+)/],
  ['okhttp', /okhttp\/(\d+)\.(\d+)\.?(\d+)?/],
  ['PowerShell', /PowerShell\/(\d+)\.(\d+)\.?(\d+)?/],
];

const SYSTEMS: readonly Rule[] = [
  ['Symbian OS', /SymbianOS\/(\d+)\.(\d+)/],
  ['Windows', /Windows NT (10)\.0/],
  ['Windows', /Windows NT 6\.3()/],
  ['Windows', /Windows NT 6\.2()/],
  ['Windows', /Windows NT 6\.1()/],
  ['Windows', /Windows/],
  ['iOS', /(?:iPhone|CPU) OS (\d+)_(\d+)_?(\d+)?/],
  ['iOS', /iPhone|iPad/],
  ['Android', /Android (\d+)(?:\.(\d+))?(?:\.(\d+))?/],
  ['Mac OS X', /Mac OS X (\d+)[._](\d+)[._]?(\d+)?/],
  ['Chrome OS', /CrOS [^ ]+ (\d+)\.(\d+)\.?(\d+)?/],
  ['Ubuntu', /Ubuntu(?:\/(\d+)\.(\d+))?/],
  ['Linux', /Linux/],
];

/** Windows versions have names of their own. */
const WINDOWS: readonly (readonly [mark: string, major: string])[] = [
  ['NT 6.3', '8.1'],
  ['NT 6.2', '8'],
  ['NT 6.1', '7'],
  ['NT 6.0', 'Vista'],
  ['NT 5.1', 'XP'],
];

const DEVICES: readonly (readonly [pattern: RegExp, family: string, brand: string, model: string])[] = [
  [/bot\b|spider|crawler/i, 'Spider', 'Spider', 'Desktop'],
  [/Nokia ?(\w+)(-\d+)?/, 'Nokia $1', 'Nokia', '$1$2'],
  [/iPhone/, 'iPhone', 'Apple', 'iPhone'],
  [/iPad/, 'iPad', 'Apple', 'iPad'],
  [/Macintosh/, 'Mac', 'Apple', 'Mac'],
  [/Android .*; (Pixel [^;)]*?)(?: Build|[;)])/, '$1', 'Google', '$1'],
  [/Android .*; (SM-[^;) ]*)/, 'Samsung $1', 'Samsung', '$1'],
  [/Android/, 'Generic Smartphone', 'Generic', 'Smartphone'],
];

/** Longer texts are looked at up to here. */
const MAX_LENGTH = 2000;

function version(rules: readonly Rule[], text: string) {
  for (const [family, pattern] of rules) {
    const found = pattern.exec(text);
    if (found !== null) {
      const [, major = '', minor = '', patch = ''] = found;
      return { Family: family, MajorVersion: major, MinorVersion: minor, Patch: patch };
    }
  }
  return { Family: 'Other', MajorVersion: '', MinorVersion: '', Patch: '' };
}

function system(text: string) {
  const found = version(SYSTEMS, text);
  const named = found.Family === 'Windows' ? WINDOWS.find(([mark]) => text.includes(mark)) : undefined;
  return { ...found, ...(named === undefined ? {} : { MajorVersion: named[1] }), PatchMinor: '' };
}

function device(text: string) {
  for (const [pattern, family, brand, model] of DEVICES) {
    const found = pattern.exec(text);
    if (found === null) continue;
    const filled = (name: string) => name.replaceAll(/\$(\d)/g, (_, group: string) => found[Number(group)] ?? '');
    return { Family: filled(family), Brand: brand, Model: filled(model) };
  }
  return { Family: 'Other', Brand: '', Model: '' };
}

const parse: NativeFunction = (text, wanted) => {
  const asked = parseJson(wanted);
  const parts = (Array.isArray(asked) ? asked : [asked]).map((part) => String(part).toLowerCase());
  const source = (text ?? '').slice(0, MAX_LENGTH);
  if (source === '') return null;
  return JSON.stringify({
    ...(parts.includes('browser') ? { Browser: version(BROWSERS, source) } : {}),
    ...(parts.includes('os') ? { OperatingSystem: system(source) } : {}),
    ...(parts.includes('device') ? { Device: device(source) } : {}),
  });
};

export const USER_AGENTS: NativeTable = { parse_user_agent: [2, parse] };
