/**
 * What the composer keeps of a person on this device: templates, the counter, and what was sent. Read and written
 * whole with each use, so that windows do not undo each other; it goes with the rest of the desk (`wipeDesk`).
 */
import { type DeskStorage, readKey, sentKey, templatesKey, writeKey } from '../desk/storage.ts';
import { fieldsOf, readFields, within } from '../desk/stored.ts';

export interface Template {
  id: string;
  name: string;
  source: string;
}

/** Something that was sent, as it was written: variables are filled in anew when it is sent again. */
export interface Sent {
  id: string;
  /** Wall clock, milliseconds since 1970. */
  at: number;
  channel: string;
  source: string;
  /** Whether each entry of the list was an event of its own. */
  each: boolean;
  /** How many events it was. */
  events: number;
}

export const MAX_TEMPLATES = 100;
export const MAX_SENT = 100;
/**
 * Room for what was sent, UTF-16 units: a fifth of what browsers give localStorage, as drafts and views live there
 * too. Four events of the largest size fit.
 */
const MAX_SENT_CHARS = 1_000_000;

export interface Kept {
  templates(): readonly Template[];
  /** Whether it was kept: a full storage keeps nothing. */
  setTemplates(change: (now: readonly Template[]) => readonly Template[]): boolean;
  /** What was sent, newest first. */
  sent(): readonly Sent[];
  addSent(entry: Sent): boolean;
  forgetSent(): void;
  /** The last number that a counter gave. */
  counter(): number;
  setCounter(value: number): void;
}

export function createKept(storage: DeskStorage | null, sub: string): Kept {
  const readTemplates = () => {
    const { templates, counter } = readFields(readKey(storage, templatesKey(sub)));
    return {
      v: 1,
      templates: Array.isArray(templates) ? templates.flatMap(templateOrNothing).slice(0, MAX_TEMPLATES) : [],
      counter: within(0, Number.MAX_SAFE_INTEGER, counter, 0),
    };
  };
  const readSent = () => {
    const { sent } = readFields(readKey(storage, sentKey(sub)));
    return Array.isArray(sent) ? sent.flatMap(sentOrNothing).slice(0, MAX_SENT) : [];
  };
  const writeTemplates = (value: ReturnType<typeof readTemplates>) =>
    writeKey(storage, templatesKey(sub), JSON.stringify(value));
  const writeSent = (sent: readonly Sent[]) =>
    writeKey(storage, sentKey(sub), JSON.stringify({ v: 1, sent }));

  return {
    templates: () => readTemplates().templates,
    setTemplates(change) {
      const now = readTemplates();
      return writeTemplates({ ...now, templates: [...change(now.templates)] });
    },
    sent: readSent,
    addSent(entry) {
      const kept = newestThatFit([entry, ...readSent()]);
      // Drafts may have taken the room that this counts on: half of it is better than nothing.
      return writeSent(kept) || writeSent(kept.slice(0, Math.ceil(kept.length / 2)));
    },
    forgetSent: () => void writeSent([]),
    counter: () => readTemplates().counter,
    setCounter: (counter) => void writeTemplates({ ...readTemplates(), counter }),
  };
}

function newestThatFit(entries: readonly Sent[]): Sent[] {
  const kept: Sent[] = [];
  let chars = 0;
  for (const entry of entries.slice(0, MAX_SENT)) {
    chars += entry.source.length;
    if (chars > MAX_SENT_CHARS) break;
    kept.push(entry);
  }
  return kept;
}

function templateOrNothing(value: unknown): Template[] {
  const { id, name, source } = fieldsOf(value);
  if (typeof id !== 'string' || typeof name !== 'string' || typeof source !== 'string') return [];
  return [{ id, name, source }];
}

function sentOrNothing(value: unknown): Sent[] {
  const { id, at, channel, source, each, events } = fieldsOf(value);
  if (typeof id !== 'string' || typeof channel !== 'string' || typeof source !== 'string') return [];
  return [
    {
      id,
      at: within(0, 8_640_000_000_000_000, at, 0),
      channel,
      source,
      each: each === true,
      events: within(1, Number.MAX_SAFE_INTEGER, events, 1),
    },
  ];
}
