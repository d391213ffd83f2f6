/** Asks the browser not to clear the app's storage when the device runs short. https://storage.spec.whatwg.org/ */

/** `navigator.storage`, as far as it is used. */
export interface StoragePersistence {
  persisted?(): Promise<boolean>;
  persist?(): Promise<boolean>;
}

/**
 * Resolves with whether what is kept here stays until the person deletes it. Chromium decides by itself; Firefox asks
 * the person, so call it when they have just done something that they would miss.
 */
export async function keepStorage(storage: StoragePersistence | undefined): Promise<boolean> {
  try {
    if (await storage?.persisted?.()) return true;
    return (await storage?.persist?.()) ?? false;
  } catch {
    // No storage for this page at all (a private window): then there is nothing to keep.
    return false;
  }
}
