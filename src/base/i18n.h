// Marks text for translation; xgettext and the compiler check printf formats through gettext().
#pragma once

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) text
