/**
 * Finds an element by role and accessible name inside a page: for engines whose drivers know elements by selectors
 * only. It knows as much of the rules (https://www.w3.org/TR/accname-1.2/) as the app's own elements need.
 */
import type { Target } from './browser.ts';

/** A target that JSON can carry. */
export interface PlainTarget {
  role: Target['role'];
  name: string;
  /** Flags of the regular expression; null where the name is the whole name. */
  flags: string | null;
}

export function plainTarget({ role, name }: Target): PlainTarget {
  return typeof name === 'string'
    ? { role, name, flags: null }
    : { role, name: name.source, flags: name.flags };
}

export function describeTarget({ role, name }: Target): string {
  return `${role} ${typeof name === 'string' ? `"${name}"` : name}`;
}

/** Runs in the page: null until the element is shown and enabled. Whatever it needs is inside of it. */
export function findElement({ role, name, flags }: PlainTarget): HTMLElement | null {
  const selectors = {
    button: 'button, [role=button], [role=menuitem]',
    checkbox: 'input[type=checkbox], [role=checkbox]',
    link: 'a[href]',
    textbox: 'textarea, input:not([type]), input[type=text], input[type=email], [role=textbox]',
  };
  const nameOf = (element: HTMLElement): string => {
    const labelled = element
      .getAttribute('aria-labelledby')
      ?.split(/\s+/)
      .map((id) => document.getElementById(id)?.textContent ?? '')
      .join(' ');
    const { labels } = element as HTMLInputElement;
    const label = [...(labels ?? [])].map(({ textContent }) => textContent).join(' ');
    const text = labelled || element.getAttribute('aria-label') || label || element.textContent;
    return (text || element.title || element.getAttribute('placeholder') || '').replace(/\s+/g, ' ').trim();
  };
  const matches = (text: string): boolean =>
    flags === null ? text === name : new RegExp(name, flags).test(text);
  const found = [...document.querySelectorAll<HTMLElement>(selectors[role])].find(
    (element) =>
      matches(nameOf(element)) &&
      element.checkVisibility() &&
      !element.matches(':disabled') &&
      element.closest('[inert], [aria-hidden=true]') === null,
  );
  found?.scrollIntoView({ block: 'nearest' });
  return found ?? null;
}
