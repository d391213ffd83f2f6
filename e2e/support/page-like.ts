/** What helpers need of a page: a Playwright page has it, and so has a tab of the engine tests. */
export interface PageLike {
  bringToFront(): Promise<void>;
  /** The function sees nothing of the test's own names; what goes in and comes out is what JSON can carry. */
  evaluate<R>(run: () => R | Promise<R>): Promise<R>;
  evaluate<A, R>(run: (arg: A) => R | Promise<R>, arg: A): Promise<R>;
}
