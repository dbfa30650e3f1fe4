// Says that an answer is awaited and keeps a second press from asking twice. Every page works without it.
'use strict';
(() => {
  const status = document.getElementById('waiting');
  // Longer than an answer can take: after that the person may try again.
  const ANSWER_DEADLINE = 30000;
  let timer;

  function rest() {
    clearTimeout(timer);
    status.textContent = '';
    for (const button of document.querySelectorAll('button[aria-disabled]')) button.removeAttribute('aria-disabled');
  }

  // As the server will read it: international names as A-labels.
  function host(typed) {
    try {
      return new URL(typed.includes('://') ? typed : `https://${typed}`).host;
    } catch {
      return '';
    }
  }

  addEventListener('submit', (event) => {
    if (status.textContent) {
      event.preventDefault();
      return;
    }
    const form = event.target;
    const about = form.elements.url ? host(form.elements.url.value.trim()) : '';
    status.textContent = `${[form.dataset.waiting, about].filter(Boolean).join(' ')}…`;
    // Not `disabled`: the button keeps the focus, and no browser remembers the state for a reload.
    event.submitter?.setAttribute('aria-disabled', 'true');
    timer = setTimeout(rest, ANSWER_DEADLINE);
  });

  // A page that comes back from the cache of the back button is not waiting any more.
  addEventListener('pageshow', rest);

  // The notice is shown once, not at every reload.
  const here = new URL(location.href);
  if (here.searchParams.has('notice')) {
    here.searchParams.delete('notice');
    history.replaceState(null, '', here);
  }
})();
