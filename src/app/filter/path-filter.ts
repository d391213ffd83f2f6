/**
 * `customer.id=42`, `items[0].sku="A 1"`, `tags[*]!=new`: a path into the JSON of an event, and the value there. A
 * value that is JSON means that value or the text of the same letters; anything else means text. Paths that lead
 * nowhere are unlike every value.
 */

type Step = { name: string } | { index: number } | 'any';

export interface PathFilter {
  steps: readonly Step[];
  not: boolean;
  /** The value as typed. */
  value: string;
}

export interface PathError {
  /** From 1. */
  column: number;
  problem: 'pathEmpty' | 'pathBracket' | 'pathEnd';
}

const NAME = /[^.[\]=!\s]+/y;
const BRACKET = /\[\s*(?:(\d+)|(\*)|("(?:[^"\\]|\\.)*"))\s*\]/y;
const OPERATOR = /\s*(!?=)\s*/y;

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

export function parsePath(text: string): PathFilter | PathError {
  const steps: Step[] = [];
  let at = text.length - text.trimStart().length;
  for (;;) {
    const bracket = match(BRACKET, text, at);
    const name = bracket === null ? match(NAME, text, at) : null;
    if (bracket !== null) {
      const step = bracketStep(bracket);
      if (step === null) return { column: at + 1, problem: 'pathBracket' };
      steps.push(step);
      at += bracket[0].length;
    } else if (name !== null) {
      steps.push(name[0] === '*' ? 'any' : { name: name[0] });
      at += name[0].length;
    } else return { column: at + 1, problem: text.charAt(at) === '[' ? 'pathBracket' : 'pathEmpty' };

    const operator = match(OPERATOR, text, at);
    if (operator !== null) {
      const value = text.slice(at + operator[0].length).trimEnd();
      return { steps, not: operator[1] === '!=', value };
    }
    if (text.charAt(at) === '.') at += 1;
    else if (text.charAt(at) !== '[') return { column: at + 1, problem: 'pathEnd' };
  }
}

function bracketStep([, index, any, quoted]: RegExpExecArray): Step | null {
  if (index !== undefined) return { index: Number(index) };
  if (any !== undefined) return 'any';
  try {
    return { name: String(JSON.parse(quoted ?? '')) };
  } catch {
    return null;
  }
}

export function pathTest({ steps, not, value }: PathFilter): (event: string) => boolean {
  const wanted = wantedValue(value);
  return (event) => {
    let root: unknown;
    try {
      root = JSON.parse(event);
    } catch {
      return false;
    }
    const found = valuesAt(root, steps).some((one) => isLike(one, value, wanted));
    return found !== not;
  };
}

/** Undefined when the text is no JSON: then only text is meant. */
function wantedValue(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function isLike(found: unknown, typed: string, wanted: unknown): boolean {
  if (wanted !== undefined && JSON.stringify(found) === JSON.stringify(wanted)) return true;
  return typeof found === 'string' && found === typed;
}

function valuesAt(root: unknown, steps: readonly Step[]): unknown[] {
  let values: unknown[] = [root];
  for (const step of steps) {
    values = values.flatMap((value) => {
      if (typeof value !== 'object' || value === null) return [];
      if (step === 'any') return Object.values(value);
      const key = 'name' in step ? step.name : String(step.index);
      return Object.hasOwn(value, key) ? [Reflect.get(value, key)] : [];
    });
  }
  return values;
}
