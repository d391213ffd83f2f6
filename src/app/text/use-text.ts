/** The catalogue of the chosen language, for components. */
import { createContext, useContext } from 'react';
import type { Catalogue } from './catalogue.ts';

export const TextContext = createContext<Catalogue | null>(null);

export function useText(): Catalogue {
  const text = useContext(TextContext);
  if (text === null) throw new Error('A component of the app was rendered outside TextContext.');
  return text;
}
