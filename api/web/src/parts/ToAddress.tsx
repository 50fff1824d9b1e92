import { Link } from "@tanstack/react-router";

/** The next verb where nothing is yet: to the field that takes any address. */
export function ToAddress() {
  return (
    <Link className="btn small" to="/">
      Paste an address
    </Link>
  );
}
