/** What ThreatConnect's HTTP answers mean: the envelope of v3, and each refusal as a typed error with its fix. */
import { FlowtrapError } from '../errors';
import { parseLossless } from './losslessJson';

/** One HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** The server's clock (Date header), if it told. */
  readonly serverTime: Date | undefined;
  /** Milliseconds that the server asks us to wait (Retry-After). */
  readonly retryAfter: number | undefined;
}

/** The members of a successful answer. */
export interface Envelope {
  readonly data: unknown;
  /** Whether the server says that there are more rows. */
  readonly more: boolean;
}

/**
 * Takes a successful answer apart.
 * @param request what was asked, for messages: method and path without query.
 * @throws FlowtrapError `refused` for an HTML page or a status other than Success, `unavailable` for cut-off JSON.
 */
export function readEnvelope(request: string, answer: HttpAnswer): Envelope {
  let parsed: unknown;
  try {
    parsed = parseLossless(answer.body);
  } catch (cause) {
    if (isMarkup(answer.body)) throw markupError(request, answer);
    throw new FlowtrapError('unavailable', `ThreatConnect answered ${answer.status} with incomplete JSON.`, {
      subject: request,
      fix: `The same page is asked for again; if it persists, look at proxies between here and ThreatConnect. The body began: ${excerpt(answer.body)}`,
      cause,
    });
  }
  const { status, data, next } = (parsed ?? {}) as Record<string, unknown>;
  if (status !== 'Success') {
    throw new FlowtrapError(
      'refused',
      `ThreatConnect answered ${answer.status} without success: ${excerpt(answer.body)}`,
      {
        subject: request,
        fix: 'Look the message up in the ThreatConnect documentation; the sync goes on from the same place next time.',
      },
    );
  }
  return { data, more: typeof next === 'string' && next !== '' };
}

/**
 * A refusal or failure as a typed error.
 * @param now our clock when the request was sent, to tell a wrong clock from a wrong key.
 */
export function answerError(request: string, answer: HttpAnswer, now: Date): FlowtrapError {
  const { status } = answer;
  const said = `ThreatConnect answered ${status}: ${excerpt(answer.body)}`;
  const message = answer.body.toLowerCase();
  const make = (code: ConstructorParameters<typeof FlowtrapError>[0], fix: string): FlowtrapError =>
    new FlowtrapError(code, said, { subject: request, fix });

  if (status === 401) return make('unauthorized', unauthorizedFix(message, answer.serverTime, now));
  if (isMarkup(answer.body) && status < 500) return markupError(request, answer);
  if (status >= 300 && status < 400)
    return make(
      'refused',
      'Redirects are not followed. THREATCONNECT_URL must be the address that the API itself has.',
    );
  if (status === 403) {
    return message.includes('owner')
      ? make('unauthorized', 'Check the names in THREATCONNECT_OWNERS, and that the API user may read those owners.')
      : make(
          'unauthorized',
          'Check that the API user may read indicators, and that THREATCONNECT_URL begins with https.',
        );
  }
  if (status === 404)
    return make('notFound', 'THREATCONNECT_URL must end with /api, for example https://app.threatconnect.com/api.');
  if (status === 429) return make('unavailable', 'ThreatConnect throttles; the sync goes on with the next run.');
  if (status === 503)
    return make('unavailable', 'This status means that the instance has no API licence: ask its administrator.');
  if (status >= 500) return make('unavailable', 'The sync goes on from the same place with the next run.');
  return make('refused', 'Check THREATCONNECT_FILTER: it must be one TQL expression that the instance accepts.');
}

function unauthorizedFix(message: string, serverTime: Date | undefined, now: Date): string {
  const offset = serverTime === undefined ? 0 : Math.round((now.getTime() - serverTime.getTime()) / 1000);
  if (message.includes('timestamp') || Math.abs(offset) > 240) {
    return `The clocks differ by ${Math.abs(offset)} s (ours is ${offset < 0 ? 'behind' : 'ahead'}); ThreatConnect accepts 5 minutes. Set this machine's clock.`;
  }
  if (message.includes('signature')) {
    return 'Check THREATCONNECT_ACCESS_ID and THREATCONNECT_SECRET_KEY, and that no proxy rewrites the path (it is signed).';
  }
  return 'Check the credentials: THREATCONNECT_ACCESS_ID with THREATCONNECT_SECRET_KEY, or THREATCONNECT_TOKEN, which expires and dies when it is made anew.';
}

function isMarkup(body: string): boolean {
  return /^\s*<(!doctype|html|\?xml|head|body)/i.test(body.slice(0, 200));
}

function markupError(request: string, answer: HttpAnswer): FlowtrapError {
  return new FlowtrapError(
    'refused',
    `HTTP ${answer.status} with a web page instead of JSON: ${excerpt(answer.body)}`,
    {
      subject: request,
      fix: 'A proxy or log-in page stands before the API: THREATCONNECT_URL must be the API itself and end with /api.',
    },
  );
}

/** The service's message, or the beginning of what it sent, as one line. */
function excerpt(body: string): string {
  let text = body;
  if (body.length < 100_000) {
    try {
      const { message } = (JSON.parse(body) ?? {}) as { message?: unknown };
      if (typeof message === 'string' && message !== '') text = message;
    } catch {
      // Not JSON: the text itself is shown.
    }
  }
  const line = text
    .slice(0, 2000)
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  if (line === '') return '(empty body)';
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
