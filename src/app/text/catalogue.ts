/** What a language must have: all that English has, no more. A missing or left-over key is a type error. */
import type { en } from './en.ts';

export type Catalogue = typeof en;
