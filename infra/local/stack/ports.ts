/** The ports of the local stack: fixed, so that addresses can be noted down, and movable all at once. */

export interface StackPorts {
  readonly functions: number;
  readonly blob: number;
  readonly queue: number;
  readonly table: number;
  readonly logAnalytics: number;
  readonly sentinel: number;
  readonly threatConnect: number;
  readonly identity: number;
}

const DEFAULT_BASE = 17410;
/** Where `func start` listens too, so that the two are used alike. */
const DEFAULT_FUNCTIONS = 7071;

/** @param base first of eight neighbouring ports; left out: 17410 to 17416, and 7071 for the functions. */
export function stackPorts(base: number | undefined): StackPorts {
  const first = base ?? DEFAULT_BASE;
  return {
    blob: first,
    queue: first + 1,
    table: first + 2,
    logAnalytics: first + 3,
    sentinel: first + 4,
    threatConnect: first + 5,
    identity: first + 6,
    functions: base === undefined ? DEFAULT_FUNCTIONS : base + 7,
  };
}
