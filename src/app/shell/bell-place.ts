/** Id of the place in the bar that is kept for the bell of the watch rules, which comes later. */
export const BELL_PLACE = 'bell-place';
