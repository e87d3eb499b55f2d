/** What Falcon did about a pattern: the bits of a disposition and the names of their usual sets (SIEM connector). */

/** Bits that stopped a process or its access, a response that came too late or had come already among them. */
const STOPPED = 16 | 512 | 1024 | 2048 | 4096 | 32_768 | 131_072 | 524_288 | 1_048_576 | 2_097_152 | 4_194_304;
/** Bits of a policy that only looks on. */
const LOOKED_ON = 256 | 8192 | 262_144;

/** `128=Quarantine` and so on; sets of bits by their sum. */
const NAMES: ReadonlyMap<number, string> = new Map(
  (
    [
      ['Detection', [0, 2, 272, 768, 1280, 1296, 2304, 4352, 4368, 4608, 8208, 8704, 9216, 10_240, 12_304, 33_024]],
      ['Quarantine', [128]],
      ['Detection-quarantine', [400, 2432, 8320]],
      ['Disabled', [8192]],
      ['Downgraded', [65_536]],
      ['Detection-downgraded', [65_792, 65_808, 73_728, 73_744]],
      ['Blocking Disabled', [262_144]],
      ['Safeguard Enabled', [16_384]],
      ['Policy Disabled', [256]],
      ['Prevention-killed', [16, 512, 65_552, 131_088, 131_584]],
      ['Killed', [16_400]],
      ['Prevention-killed,quarantine', [144, 640, 131_216, 131_712]],
      ['Prevention-blocked', [1024, 2048, 4096, 5120, 32_768, 2_099_200, 4_196_352]],
      ['Prevention-killed,blocked', [1040]],
      ['Prevention-blocked,killed', [4112]],
      ['Prevention-blocked,quarantine', [1152, 4224, 32_896, 2_099_328, 4_196_480]],
      ['Prevention-quarantine,blocked', [2176]],
      ['Prevention-killed,blocked,quarantine', [1168, 4240]],
      ['Prevention-suspend', [524_288, 1_048_576]],
      ['Kill Failed', [131_072]],
      ['Response Action Already Applied', [2_097_152]],
      ['Response Failed', [4_194_304]],
    ] as const
  ).flatMap(([name, sets]) => sets.map((set) => [set, name] as const)),
);

export interface Disposition {
  readonly action: 'Allow' | 'Deny';
  readonly name: string;
}

/** A disposition's action by its bits; its name is the number where none is known. */
export function dispositionOf(bits: number): Disposition {
  const stopped = (bits & STOPPED) !== 0 && (bits & LOOKED_ON) === 0;
  // 4608 is listed as a detection although its bits would stop.
  const detected = bits === 4608;
  return { action: stopped && !detected ? 'Deny' : 'Allow', name: NAMES.get(bits) ?? String(bits) };
}
