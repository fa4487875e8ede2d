/** Options with names like these are left to the panel, which judges them (`panel/options.ts`): the
 * loader does without them, and has no room for what it does not need. */
export const LATER = /(Login|Controls?|Domain|Path|Sounds|Url)$/;
