#include "command.h"

#define COOPERATIVE "--cooperative"

/* Options that are settings of the runtime, which reads them from the environment before C# runs. Xen.Platform's BootOptions has the same table,
   and C# refuses what cannot be understood; here such a word is left alone. */
struct setting {
  const char *option;
  const char *variable;
  bool is_size;
};

static const struct setting settings[] = {
    {"--gc-heap-hard-limit", "DOTNET_GCHeapHardLimit", true},
    {"--gc-heap-hard-limit-percent", "DOTNET_GCHeapHardLimitPercent", false},
    {"--gc-conserve-memory", "DOTNET_GCConserveMemory", false},
    {"--gc-gen0-size", "DOTNET_GCgen0size", true},
    {"--gc-concurrent", "DOTNET_gcConcurrent", false},
    {"--gc-retain-vm", "DOTNET_GCRetainVM", false},
};

static char words[COMMAND_SIZE], settings_text[1024];
static char *arguments[COMMAND_WORDS + 1], *environment[COMMAND_WORDS + 1];
static u32 argument_count, environment_count;
static size_t settings_length;
static bool is_cooperative;

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Cuts the next word out of the text, in place: white space ends it, except between double quotes, which are taken away. */
static char *next_word(char **at) {
  char *from = *at;
  while (is_space(*from)) {
    from++;
  }

  char *word = from, *to = from;
  bool is_quoted = false;
  while (*from && (is_quoted || !is_space(*from))) {
    if (*from == '"') {
      is_quoted = !is_quoted;
    } else {
      *to++ = *from;
    }

    from++;
  }

  bool is_last = !*from;
  bool is_word = from != word;
  *to = 0;
  *at = is_last ? from : from + 1;
  return is_word ? word : NULL;
}

/* A number with K, M or G behind it; false when it is not one. */
static bool parse(const char *text, bool is_size, u64 *value) {
  *value = 0;
  if (*text < '0' || *text > '9') {
    return false;
  }

  while (*text >= '0' && *text <= '9') {
    if (*value > UINT64_MAX / 10 - 1) {
      return false;
    }

    *value = *value * 10 + (u64)(*text++ - '0');
  }

  u32 shift = *text == 'K' || *text == 'k' ? 10 : *text == 'M' || *text == 'm' ? 20 : *text == 'G' || *text == 'g' ? 30 : 0;
  if (!is_size || !shift) {
    return !*text;
  }

  bool is_valid = !text[1] && *value <= UINT64_MAX >> shift;
  *value <<= shift;
  return is_valid;
}

static void set(const char *name, u64 value) {
  if (environment_count < COMMAND_WORDS && settings_length < sizeof settings_text) {
    environment[environment_count++] = settings_text + settings_length;
    settings_length += text_format(settings_text + settings_length, sizeof settings_text - settings_length, "%s=%lx", name, value) + 1;
  }
}

/* What is behind the option's name: "" at its end, the value behind "=", null for another option. */
static const char *value_in(const char *word, const char *option) {
  size_t length = text_length(option);
  if (!text_begins(word, option) || (word[length] && word[length] != '=')) {
    return NULL;
  }

  return word[length] ? word + length + 1 : word + length;
}

/* --name=value, or --name value. Returns how many words that were: 0 for another option, or a value that cannot be understood. */
static u32 apply_setting(const char *word, const char *following) {
  for (u32 i = 0; i < COUNT_OF(settings); i++) {
    u64 value;
    const char *text = value_in(word, settings[i].option);
    bool is_apart = text && !*text;
    text = is_apart ? following : text;
    if (text && parse(text, settings[i].is_size, &value)) {
      set(settings[i].variable, value);
      return is_apart ? 2 : 1;
    }
  }

  return 0;
}

/* Takes what is the layer's and the runtime's out of the program's words. "--" ends that: what is behind it is not looked at. */
static void apply_settings(void) {
  u32 kept = 0, at = 0;
  while (at < argument_count && !text_equals(arguments[at], "--")) {
    bool is_cooperative_word = text_equals(arguments[at], COOPERATIVE);
    is_cooperative |= is_cooperative_word;
    u32 taken = is_cooperative_word ? 1 : apply_setting(arguments[at], at + 1 < argument_count ? arguments[at + 1] : NULL);
    if (!taken) {
      arguments[kept++] = arguments[at++];
    }

    at += taken;
  }

  while (at < argument_count) {
    arguments[kept++] = arguments[at++];
  }

  argument_count = kept;
  arguments[kept] = NULL;
}

static bool is_environment(const char *word) {
  return text_begins(word, "DOTNET_");
}

void command_start(const char *line) {
  size_t length = 0;
  while (length < COMMAND_SIZE - 1 && line[length]) {
    words[length] = line[length];
    length++;
  }

  char *at = words, *word;
  bool is_over = false;
  while ((word = next_word(&at))) {
    is_over |= text_equals(word, "--");
    if (is_environment(word) && !is_over && environment_count < COMMAND_WORDS) {
      environment[environment_count++] = word;
    } else if (argument_count < COMMAND_WORDS) {
      arguments[argument_count++] = word;
    }
  }

  apply_settings();
}

char **command_arguments(u32 *count) {
  *count = argument_count;
  return arguments;
}

char **command_environment(u32 *count) {
  *count = environment_count;
  return environment;
}

void command_set_default(const char *name, u64 value) {
  for (u32 i = 0; i < environment_count; i++) {
    if (text_begins(environment[i], name)) {
      return;
    }
  }

  set(name, value);
}

bool command_is_cooperative(void) {
  return is_cooperative;
}
