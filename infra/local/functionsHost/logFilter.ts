/** Which log lines are shown, by host.json's logging.logLevel: the longest category that fits decides. */
import type { LogLevel, LogMessage } from './contract';

const LEVELS: readonly LogLevel[] = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'];

export class LogFilter {
  readonly #levels: ReadonlyMap<string, number>;

  constructor(logLevel: Readonly<Record<string, string>>) {
    this.#levels = new Map(
      Object.entries(logLevel)
        .map(([category, level]): [string, number] => [category.toLowerCase(), rank(level)])
        .filter(([, found]) => found >= 0),
    );
  }

  shows(message: LogMessage): boolean {
    const category = message.function === undefined ? 'host.general' : `function.${message.function}.user`;
    return rank(message.level) >= this.#threshold(category.toLowerCase());
  }

  #threshold(category: string): number {
    for (let name = category; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) {
      const level = this.#levels.get(name);
      if (level !== undefined) return level;
    }
    return this.#levels.get('default') ?? rank('information');
  }
}

function rank(level: string): number {
  return LEVELS.indexOf(level.toLowerCase() as LogLevel);
}
