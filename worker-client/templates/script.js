'use strict';
(() => {
  const status = document.getElementById('waiting');
  const ANSWER_DEADLINE = 30000;
  let timer;

  function rest() {
    clearTimeout(timer);
    status.textContent = '';
    for (const button of document.querySelectorAll('button[aria-disabled]')) button.removeAttribute('aria-disabled');
  }
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
    event.submitter?.setAttribute('aria-disabled', 'true');
    timer = setTimeout(rest, ANSWER_DEADLINE);
  });
  addEventListener('pageshow', rest);
  const here = new URL(location.href);
  if (here.searchParams.has('notice')) {
    here.searchParams.delete('notice');
    history.replaceState(null, '', here);
  }
})();
