import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";

const ProfilesOf = graphql(`query ProfilesOf($asOf: AsOfInput) { profiles(asOf: $asOf) { name about } }`);

/** The profiles by which files are made: those that ship with the program, and one's own. */
export function useProfiles() {
  return useLive(ProfilesOf, {}, ["profile"]);
}
