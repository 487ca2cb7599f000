/**
 * Loaded into a measured process: answers each message of its parent with the longest time that the event loop was not
 * free since the last one, ms; as the clock says, and how much of it the thread was at work, which is less where other
 * processes take the processor.
 */
const work = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

let last = { at: performance.now(), work: work() };
let longest = { ms: 0, workMs: 0 };

function look() {
  const now = { at: performance.now(), work: work() };
  longest = {
    ms: Math.max(longest.ms, now.at - last.at),
    workMs: Math.max(longest.workMs, now.work - last.work),
  };
  last = now;
}

setInterval(look, 1).unref();
process.on('message', () => {
  look();
  process.send(longest);
  longest = { ms: 0, workMs: 0 };
});
