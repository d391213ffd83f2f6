/**
 * Variables in what a person writes: `{{now}}`, `{{uuid}}`, `{{counter}}`, `{{random}}`, `{{pick:a|b}}`. Inside quotes
 * the value is put in as text; outside as a JSON value of its own, so that `{"n": {{counter}}}` holds a number.
 */

/** Where the values come from. */
export interface VariableSource {
  /** Wall clock, milliseconds since 1970. */
  now(): number;
  uuid(): string;
  /** From 1, one more each time. */
  counter(): number;
  /** From 0 up to 1, as `Math.random`. */
  random(): number;
}

export interface VariableError {
  /** From 0, in UTF-16 units. */
  at: number;
  problem: 'unknown' | 'pick';
  name: string;
}

export interface FoundVariable {
  at: number;
  /** `{{name}}` as written. */
  written: string;
  name: string;
  inText: boolean;
}

/** A variable, or a piece of JSON text that must not be mistaken for the beginning of one. */
const PIECE = /\{\{([^{}\n]*)\}\}|\\.|"/gsu;

export function findVariables(source: string): FoundVariable[] {
  const found: FoundVariable[] = [];
  let inText = false;
  for (const match of source.matchAll(PIECE)) {
    const [written, name] = match;
    if (written === '"') inText = !inText;
    // Outside text, `{{}}` and the like are a mistake of JSON, not a variable.
    else if (name !== undefined && (inText || name.trim() !== '')) {
      found.push({ at: match.index, written, name: name.trim(), inText });
    }
  }
  return found;
}

/** The first variable that means nothing, or null. */
export function findVariableError(source: string): VariableError | null {
  for (const { at, name } of findVariables(source)) {
    const problem = problemOf(name);
    if (problem !== null) return { at, problem, name: name.slice(0, 40) };
  }
  return null;
}

function problemOf(name: string): VariableError['problem'] | null {
  if (['now', 'uuid', 'counter', 'random'].includes(name)) return null;
  if (!/^pick\b/.test(name)) return 'unknown';
  return choicesOf(name).length < 2 ? 'pick' : null;
}

function choicesOf(name: string): string[] {
  return name.startsWith('pick:') ? name.slice('pick:'.length).split('|') : [];
}

/** The text with a harmless value of the same length for each variable: JSON in the same places as the result. */
export function maskVariables(source: string): string {
  return replaceVariables(source, ({ written, inText }) => (inText ? 'x' : '1').repeat(written.length));
}

/** The text with the values filled in. Call it only where `findVariableError` finds nothing. */
export function expandVariables(source: string, values: VariableSource): string {
  return replaceVariables(source, ({ name, inText }) => {
    const value = variableValue(name, values);
    if (inText) return JSON.stringify(String(value)).slice(1, -1);
    return typeof value === 'string' ? asJson(value) : String(value);
  });
}

export function replaceVariables(source: string, value: (variable: FoundVariable) => string): string {
  const parts: string[] = [];
  let end = 0;
  for (const variable of findVariables(source)) {
    parts.push(source.slice(end, variable.at), value(variable));
    end = variable.at + variable.written.length;
  }
  return parts.join('') + source.slice(end);
}

function variableValue(name: string, { now, uuid, counter, random }: VariableSource): string | number {
  switch (name) {
    case 'now':
      return new Date(now()).toISOString();
    case 'uuid':
      return uuid();
    case 'counter':
      return counter();
    case 'random':
      return Math.floor(random() * 1_000_000);
    default: {
      const choices = choicesOf(name);
      return choices[Math.floor(random() * choices.length)] ?? '';
    }
  }
}

/** A choice that is JSON itself (a number, `true`) stays it; any other becomes text. */
function asJson(value: string): string {
  try {
    JSON.parse(value);
    return value;
  } catch {
    return JSON.stringify(value);
  }
}
