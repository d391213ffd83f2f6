/** What a tree of processes takes of the machine, as Linux counts it. */
import { readdirSync, readFileSync } from 'node:fs';

/** Of `CLK_TCK`, which is 100 on every Linux that browsers run on. */
const TICKS_PER_SECOND = 100;

export interface Usage {
  /** Memory: what is shared between processes counts once, in parts. Megabytes. */
  mb: number;
  /** Processor time since the processes began, seconds. */
  cpuSeconds: number;
}

/** Of the process and all that it started. Processes that ended meanwhile no longer count. */
export function usageOf(pid: number): Usage {
  const usage: Usage = { mb: 0, cpuSeconds: 0 };
  for (const each of treeOf(pid)) {
    try {
      const memory = readFileSync(`/proc/${each}/smaps_rollup`, 'utf8');
      const { ticks } = statOf(each);
      usage.mb += Number(/^Pss:\s+(\d+) kB/m.exec(memory)?.[1] ?? 0) / 1_024;
      usage.cpuSeconds += ticks / TICKS_PER_SECOND;
    } catch (error) {
      if (!['ENOENT', 'ESRCH'].includes(String((error as NodeJS.ErrnoException).code))) throw error;
    }
  }
  return usage;
}

function treeOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      parents.set(Number(name), statOf(Number(name)).parent);
    } catch {
      // It ended while we looked.
    }
  }
  const tree = [root];
  for (const parent of tree) {
    for (const [child, of] of parents) if (of === parent) tree.push(child);
  }
  return tree;
}

/** proc(5): the name is in brackets and may hold anything, so what follows is counted from the last one. */
function statOf(pid: number): { parent: number; ticks: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
}
