import { memo, useState } from "react";

import { draw, type Shape } from "./art";

interface Props {
  /** The id of the thing: its picture is drawn from it, unless there is a real one. */
  id: string;
  /** The address of a real picture; the drawn one stands in for it if it does not come. */
  src?: string | null | undefined;
  className?: string;
}

/** A picture of a thing; it says nothing to readers, since the name stands beside it. */
export const Picture = memo(function Picture({ id, src, className = "th" }: Props) {
  const [broken, setBroken] = useState<string>();
  if (src != null && src !== broken) {
    return (
      <img
        className={className}
        src={src}
        alt=""
        loading="lazy"
        decoding="async"
        onError={() => setBroken(src)}
      />
    );
  }
  return (
    <svg className={className} viewBox="0 0 320 180" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      {draw(id).map(paint)}
    </svg>
  );
});

function paint(shape: Shape, index: number) {
  // A picture never changes: the place of a shape is its name.
  switch (shape.kind) {
    case "rect": {
      const { kind, ...rest } = shape;
      return <rect key={`${kind}${index}`} {...rest} />;
    }
    case "circle": {
      const { kind, ...rest } = shape;
      return <circle key={`${kind}${index}`} {...rest} />;
    }
    default:
      return <path key={index} d={shape.d} fill={shape.fill} stroke={shape.stroke} strokeWidth={3} />;
  }
}

/** Up to four pictures side by side: what a line of the spine is about. */
export function Fan({ ids }: { ids: readonly string[] }) {
  return (
    <span className="fan no-phone">
      {ids.slice(0, 4).map((id) => (
        <Picture key={id} id={id} />
      ))}
    </span>
  );
}

/** The cover of a list: four of its pictures. */
export function Cover({ ids, small = false }: { ids: readonly string[]; small?: boolean }) {
  return (
    <span className={small ? "cover small" : "cover"} aria-hidden="true">
      {[0, 1, 2, 3].map((place) => (
        <Picture key={place} id={ids[place] ?? `${ids[0] ?? ""}${place}`} className="" />
      ))}
    </span>
  );
}
