/** The script of the timeline's page: shows what it is sent, replays, and moves between events by key. */
const vscode = acquireVsCodeApi();
const content = document.getElementById('content');
const slider = document.getElementById('moment');
const play = document.getElementById('play');
const live = document.getElementById('live');
const said = document.getElementById('said');

/** Kept while the page is hidden, so that it comes back with the same rollout. */
const state = vscode.getState() ?? {};
let timer;

window.addEventListener('message', ({ data }) => {
  if (data.type !== 'show') return;
  vscode.setState({ ...state, rollout: data.rollout });
  const list = document.querySelector('.events');
  const index = [...(list?.children ?? [])].indexOf(document.activeElement);
  const scroll = window.scrollY;
  const summary = document.activeElement?.closest?.('details')?.dataset.key;
  const open = [...document.querySelectorAll('details[open]')].map((one) => one.dataset.key);
  content.innerHTML = data.markup;
  for (const one of document.querySelectorAll('details')) {
    one.open = open.includes(one.dataset.key);
    if (one.dataset.key === summary) one.querySelector('summary').focus({ preventScroll: true });
  }
  window.scrollTo(0, scroll);
  if (index >= 0) document.querySelector('.events')?.children[index]?.focus();
  // A screen reader tells what changes in an element that stays: the content is made anew each time.
  if (said.textContent !== data.said) said.textContent = data.said;
  slider.setAttribute('aria-valuetext', data.moment);
  live.hidden = !data.isLive;
  if (data.isLatest) slider.value = slider.max;
});

const ask = () => vscode.postMessage({ type: 'moment', share: Number(slider.value) / Number(slider.max) });

function stop() {
  clearInterval(timer);
  timer = undefined;
  play.textContent = 'Replay';
}

slider.addEventListener('input', () => {
  stop();
  ask();
});

play.addEventListener('click', () => {
  if (timer !== undefined) return stop();
  if (slider.value === slider.max) slider.value = '0';
  play.textContent = 'Stop';
  timer = setInterval(() => {
    slider.value = String(Number(slider.value) + 1);
    ask();
    if (slider.value === slider.max) stop();
  }, 60);
});

content.addEventListener('keydown', (event) => {
  const item = event.target.closest?.('.events > li');
  if (!item) return;
  const to = {
    ArrowDown: item.nextElementSibling,
    ArrowUp: item.previousElementSibling,
    Home: item.parentElement.firstElementChild,
    End: item.parentElement.lastElementChild,
  }[event.key];
  if (!to) return;
  event.preventDefault();
  to.focus();
});

vscode.postMessage({ type: 'ready' });
