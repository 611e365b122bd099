// Two conveniences; everything works without them: a count-down, and noticing at once that the session was ended.
const remaining = document.querySelectorAll('[data-remaining]');

function countDown() {
  for (const cell of remaining) {
    const [seconds, minutes, expired] = cell.dataset.words.split('|');
    const left = Math.round((Number(cell.dataset.remaining) - Date.now()) / 1000);
    if (left <= 0) cell.textContent = expired;
    else if (left < 120) cell.textContent = seconds.replace('{n}', left);
    else cell.textContent = minutes.replace('{n}', Math.round(left / 60));
  }
}

async function watchSession() {
  if (document.hidden) return;
  const answer = await fetch('/session', { cache: 'no-store' }).catch(() => undefined);
  if (!answer?.ok) return;
  const { signedIn } = await answer.json();
  // A page that answered a form would post it again: open the counter anew instead.
  if (!signedIn) window.location.assign('/counter');
}

if (remaining.length > 0) setInterval(countDown, 1000);
if (document.querySelector('[data-watch-session]')) setInterval(watchSession, 1000);
