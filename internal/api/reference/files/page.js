// Shows the description of the API that lies beside this page.
'use strict';
{
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const paint = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
  dark.addEventListener('change', paint);
  paint();

  // Swagger UI leaves some of its fields without a name for those who do not see the page.
  const reference = document.getElementById('reference');
  const name = () => {
    for (const field of reference.querySelectorAll('input:not([aria-label]), textarea:not([aria-label]), select:not([aria-label])')) {
      if (!field.labels.length && !field.hasAttribute('aria-labelledby')) {
        field.setAttribute('aria-label', field.placeholder || field.closest('tr[data-param-name]')?.dataset.paramName || 'Request body');
      }
    }
    for (const button of reference.querySelectorAll('button:not([aria-label])')) {
      if (!button.innerText.trim()) button.setAttribute('aria-label', button.title || 'Close');
    }
  };
  new MutationObserver(name).observe(reference, {childList: true, subtree: true});

  // Under /o/<slug> the calls belong there too: the description names the API by its path on the server.
  const organization = location.pathname.replace(/\/api\/docs$/, '');
  const within = (request) => {
    const url = new URL(request.url, location.href);
    if (organization && url.origin === location.origin && url.pathname.startsWith('/api/')) {
      url.pathname = organization + url.pathname;
    }
    request.url = url.href;
    return request;
  };

  SwaggerUIBundle({
    url: 'v1/openapi.json',
    domNode: reference,
    deepLinking: true,
    docExpansion: 'list',
    defaultModelsExpandDepth: -1, // schemas are shown where they are used
    filter: true,
    validatorUrl: null,
    requestInterceptor: within,
  });
}
