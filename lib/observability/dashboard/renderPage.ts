import { PAGE_SCRIPT, PAGE_STYLE } from './pageParts.js';

/** Nothing is loaded from anywhere, and nothing runs but the script of this page. */
export function securityPolicy(nonce: string): string {
  return [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    `img-src data:`,
    `connect-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
}

const ICON =
  `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>` +
  `<rect width='16' height='16' rx='3' fill='%231b62c9'/><path d='M3 5h10M3 8h6M3 11h3' stroke='white' stroke-width='1.6'/></svg>`;

/** The whole page. */
export function renderPage(nonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sluice</title>
<link rel="icon" href="${ICON}">
<style nonce="${nonce}">${PAGE_STYLE}</style>
</head>
<body>
<noscript>This page needs JavaScript: it draws what the pipeline sends.</noscript>
<main id="page"></main>
<script type="module" nonce="${nonce}">${PAGE_SCRIPT}</script>
</body>
</html>
`;
}
