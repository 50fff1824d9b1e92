/** The mark of Mediary: a book that plays. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 48 48" aria-hidden="true">
      <rect x="7" y="4" width="34" height="40" rx="6" fill="#3b5bdb" />
      <path d="M14 4v40" stroke="#dbe4ff" strokeWidth="2.5" />
      <path
        d="M21.5 15.2v17.6a1.2 1.2 0 0 0 1.8 1L36 25a1.2 1.2 0 0 0 0-2L23.3 14.2a1.2 1.2 0 0 0-1.8 1z"
        fill="#fff"
      />
    </svg>
  );
}
