/* In an object of its own: the linker takes it where there is no other. */
#include "app/versions.h"

const char sbom_sha256[] = "";
