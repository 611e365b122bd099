// Sends the one form of a page that needs no question; without JavaScript its button does the same.
const form = document.querySelector('form[data-auto-submit]');
form?.requestSubmit(form.querySelector('button[name]'));
