/** Loaded into a measured process: at its end, writes its peak memory (KiB) where the environment says. */
import { writeFileSync } from 'node:fs';

const report = process.env.GITMOXI_BENCH_PEAK;
if (report) process.on('exit', () => writeFileSync(report, String(process.resourceUsage().maxRSS)));
