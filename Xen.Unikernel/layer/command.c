#include "command.h"

#define COOPERATIVE "--cooperative"
#define VARIABLE_PREFIX "DOTNET_"
/* The longest name, "=" and 16 digits. */
#define SETTING_SIZE 48
#define DEFAULTS 2

/* Options that are settings of the runtime, which reads them from the environment before C# runs. Xen.Platform's BootOptions has the same table,
   and C# refuses what cannot be understood; here such a word is left alone. */
struct setting {
  const char *option;
  const char *variable;
  bool is_size;
  /* What the environment has of it: NAME=hexadecimal. */
  char text[SETTING_SIZE];
};

static struct setting settings[] = {
    {"--gc-heap-hard-limit", "DOTNET_GCHeapHardLimit", true, ""},
    {"--gc-heap-hard-limit-percent", "DOTNET_GCHeapHardLimitPercent", false, ""},
    {"--gc-conserve-memory", "DOTNET_GCConserveMemory", false, ""},
    {"--gc-gen0-size", "DOTNET_GCgen0size", true, ""},
    {"--gc-concurrent", "DOTNET_gcConcurrent", false, ""},
    {"--gc-retain-vm", "DOTNET_GCRetainVM", false, ""},
};

/* However many there are, they find room: a word takes a character and a space, a variable its prefix and a space. */
#define WORDS (COMMAND_SIZE / 2)
#define VARIABLES (COMMAND_SIZE / sizeof VARIABLE_PREFIX + COUNT_OF(settings) + DEFAULTS)

static char words[COMMAND_SIZE], defaults[DEFAULTS][SETTING_SIZE];
static char *arguments[WORDS + 1], *environment[VARIABLES + 1];
static u32 argument_count, environment_count, default_count;
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

static bool is_of_one_name(const char *left, const char *right) {
  while (*left && *left != '=' && *left == *right) {
    left++;
    right++;
  }

  return *left == '=' && *right == '=';
}

/* The last value of a name counts, in the first one's place: getenv takes the first that it finds. */
static void put(char *variable) {
  u32 i = 0;
  while (i < environment_count && !is_of_one_name(environment[i], variable)) {
    i++;
  }

  environment[i] = variable;
  environment_count += i == environment_count;
}

static void set(char *text, const char *name, u64 value) {
  text_format(text, SETTING_SIZE, "%s=%lx", name, value);
  put(text);
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
      set(settings[i].text, settings[i].variable, value);
      return is_apart ? 2 : 1;
    }
  }

  return 0;
}

/* How many words the layer and the runtime take at this one; 0 for one of the program's. */
static u32 apply(char *word, const char *following) {
  if (text_equals(word, COOPERATIVE)) {
    is_cooperative = true;
    return 1;
  }

  bool has_value = is_of_one_name(word, word);
  if (text_begins(word, VARIABLE_PREFIX) && has_value) {
    put(word);
    return 1;
  }

  return apply_setting(word, following);
}

/* Takes what is not the program's out of its words. "--" ends that: what is behind it is not looked at. */
static void apply_all(void) {
  u32 kept = 0, at = 0;
  while (at < argument_count && !text_equals(arguments[at], "--")) {
    u32 taken = apply(arguments[at], arguments[at + 1]);
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

void command_start(const char *line) {
  size_t length = 0;
  while (length < COMMAND_SIZE - 1 && line[length]) {
    words[length] = line[length];
    length++;
  }

  char *at = words, *word;
  while ((word = next_word(&at))) {
    arguments[argument_count++] = word;
  }

  apply_all();
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

  set(defaults[default_count++], name, value);
}

bool command_is_cooperative(void) {
  return is_cooperative;
}
