/** Reads single variables; what is wrong with them goes to `problems` as a sentence, and a stand-in value comes back. */
import { isLoopbackHost } from '../loopback.ts';
import type { Environment } from './config.ts';

export interface Reader {
  readonly problems: string[];
  /** The trimmed text; null when not set or empty. */
  text(name: string): string | null;
  integer(name: string, rule: { default: number; min: number; max: number }): number;
  /** An https address, http for loopback hosts; without a trailing slash. Null when not set or wrong. */
  url(name: string, rule: UrlRule): string | null;
}

interface UrlRule {
  example: string;
  /** Only scheme, host and port may be given. */
  bare?: boolean;
  /** The value, where it does not come from the variable of that name. */
  value?: string | null;
}

export function createReader(env: Environment): Reader {
  const problems: string[] = [];
  const text = (name: string) => env[name]?.trim() || null;

  return {
    problems,
    text,
    integer(name, rule) {
      const value = text(name);
      if (value === null) return rule.default;
      const number = Number(value);
      if (/^\d+$/.test(value) && number >= rule.min && number <= rule.max) return number;
      problems.push(
        `${name} must be a whole number from ${rule.min} to ${rule.max}, but is “${value}”. An example: ${name}=${rule.default}`,
      );
      return rule.default;
    },
    url(name, rule) {
      const value = rule.value ?? text(name);
      if (value === null) return null;
      const wrong = urlFault(value, rule);
      if (wrong === null) return value.replace(/\/+$/, '');
      problems.push(`${name} ${wrong}, but is “${value}”. An example: ${name}=${rule.example}`);
      return null;
    },
  };
}

function urlFault(value: string, { bare }: UrlRule): string | null {
  if (!URL.canParse(value)) return 'must be a whole address';
  const url = new URL(value);
  if (url.username || url.password) return 'must not carry a user name or password';
  if (url.search || url.hash) return 'must not carry a query or fragment';
  if (bare && url.pathname !== '/') return 'must be scheme, host and port alone';
  if (url.protocol === 'https:') return null;
  if (url.protocol !== 'http:') return 'must start with https:';
  return isLoopbackHost(url.hostname) ? null : 'must start with https: (http: is for loopback hosts only)';
}
