// Small comforts on top of pages that work without it: search while typing, checks while typing, copy, Undo-safe forms.
'use strict';

const status = document.querySelector('[data-live-status]');
const say = (text) => {
  if (status && text) status.textContent = text;
};
const debounce = (run, ms) => {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(run, ms);
  };
};
const queryOf = (form) => {
  const query = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...query]) if (value === '' || name === '_csrf') query.delete(name, value);
  return query;
};

// Search while typing: the same address, and only the list is replaced. Typing always beats a slow answer.
for (const form of document.querySelectorAll('form[data-live-search]')) {
  const field = form.querySelector('[data-search]');
  let pending;
  let last = field.value;
  const refresh = async () => {
    const text = field.value.trim();
    if (text === last || text.length === 1) return;
    last = text;
    pending?.abort();
    pending = new AbortController();
    const url = `${form.getAttribute('action').split('?')[0]}?${queryOf(form)}`;
    try {
      const answer = await fetch(url, { signal: pending.signal, headers: { accept: 'text/html' } });
      if (!answer.ok || answer.redirected) return location.assign(url);
      const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
      for (const region of document.querySelectorAll('[data-live-region]')) {
        const fresh = next.querySelector(`[data-live-region="${region.dataset.liveRegion}"]`);
        if (fresh) region.replaceWith(fresh);
      }
      history.replaceState(history.state, '', url);
      say(document.querySelector('[data-live-message]')?.dataset.liveMessage);
      reveal(document);
    } catch (error) {
      if (error.name !== 'AbortError') say(status?.dataset.failed);
    }
  };
  field.addEventListener('input', debounce(refresh, 250));
  form.addEventListener('submit', () => pending?.abort());
}

// A server's opinion on what is being filled in, such as a period against its ceiling.
for (const form of document.querySelectorAll('form[data-check-url]')) {
  const result = form.querySelector('[data-check-result]');
  let pending;
  const check = async () => {
    pending?.abort();
    pending = new AbortController();
    const query = queryOf(form);
    for (const secret of form.querySelectorAll('input[type=password]')) query.delete(secret.name);
    try {
      const answer = await fetch(`${form.dataset.checkUrl}?${query}`, { signal: pending.signal });
      if (answer.ok && !answer.redirected) {
        const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
        result.replaceChildren(...page.body.childNodes);
      }
    } catch {
      // The server checks again when the form is sent.
    }
  };
  const later = debounce(check, 250);
  form.addEventListener('input', later);
  form.addEventListener('change', later);
}

// A form is sent once: the second click of a double click is ignored. Going back in history makes it usable again.
const busy = new WeakSet();
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post' || event.defaultPrevented) return;
  if (busy.has(form)) return event.preventDefault();
  busy.add(form);
  event.submitter?.setAttribute('aria-disabled', 'true');
});
addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  for (const form of document.forms) busy.delete(form);
  for (const button of document.querySelectorAll('[aria-disabled]')) button.removeAttribute('aria-disabled');
});

document.addEventListener('keydown', (event) => {
  const typing = event.target.closest('input, textarea, select, [contenteditable]');
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const field = document.querySelector('[data-search]');
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  }
  const menu = event.key === 'Escape' && document.querySelector('[data-menu][open]');
  if (menu) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
});
document.addEventListener('click', (event) => {
  for (const menu of document.querySelectorAll('[data-menu][open]')) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const copy = event.target.closest('[data-copy]');
  if (copy) navigator.clipboard.writeText(copy.dataset.copy).then(() => say(status?.dataset.copied));
  const toggle = event.target.closest('[data-toggle-password]');
  if (toggle) {
    const field = toggle.previousElementSibling;
    const shown = field.type === 'password';
    field.type = shown ? 'text' : 'password';
    toggle.setAttribute('aria-pressed', String(shown));
  }
});

// What needs scripting appears only with scripting.
function reveal(root) {
  if (navigator.clipboard) for (const button of root.querySelectorAll('[data-copy]')) button.hidden = false;
  for (const field of root.querySelectorAll('input[data-reveal]')) {
    const box = document.createElement('span');
    const button = Object.assign(document.createElement('button'), {
      type: 'button',
      textContent: field.dataset.reveal,
    });
    box.className = 'reveal';
    button.dataset.togglePassword = '';
    button.setAttribute('aria-pressed', 'false');
    button.setAttribute('aria-controls', field.id);
    field.removeAttribute('data-reveal');
    field.replaceWith(box);
    box.append(field, button);
  }
}
reveal(document);
document.querySelector('[data-error-summary]')?.focus();
