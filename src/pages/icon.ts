/** Three streams that become one river. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke-linecap="round">
<rect width="32" height="32" rx="7" fill="#0b6b83"/>
<path d="M7 6c0 9 9 7 9 20M16 6v20M25 6c0 9-9 7-9 20" stroke="#fff" stroke-width="3"/>
</svg>`;
