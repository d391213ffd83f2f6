/** The number on the app's icon. https://www.w3.org/TR/badging/ */

/** `navigator`, as far as it is used. */
export interface BadgeNavigator {
  setAppBadge?(count: number): Promise<void>;
  clearAppBadge?(): Promise<void>;
}

/**
 * Shows `count` on the icon; zero clears it. Where there is no badge, or nothing is installed, nothing happens.
 * Several windows show one icon: the last to speak wins, so each tells the same sum.
 */
export function showBadge(navigator: BadgeNavigator, count: number): void {
  const shown = count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.();
  shown?.catch(() => {
    // A window that is no installed app may be refused.
  });
}
