/**
 * How much memory the server's process takes, for the programs that run nothing else. A check makes a lot that is
 * garbage right after it; by default V8 lets its young generation grow to 48 MB, and the old one to several times of
 * what is in use, before it looks.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/** With more than this in use, bytes, V8's own growth takes less of the time: the files are many or large. */
const SMALL_HEAP = 32 * 1024 * 1024;

/** To be called once, before the server starts. */
export function keepMemorySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=100');
  const observer = new PerformanceObserver(() => {
    if (getHeapStatistics().used_heap_size < SMALL_HEAP) return;
    setFlagsFromString('--heap-growing-percent=0');
    observer.disconnect();
  });
  observer.observe({ entryTypes: ['gc'] });
}
