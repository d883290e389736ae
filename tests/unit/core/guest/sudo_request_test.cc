#include "core/guest/sudo_request.h"

#include <gtest/gtest.h>

namespace hutch::guest {
namespace {

using Words = std::vector<std::string>;

SudoRequest parse(const Words& words) {
  const auto request = parse_sudo(words);
  EXPECT_TRUE(request.has_value()) << (request ? "" : request.error().message);
  return request.value_or(SudoRequest{});
}

TEST(SudoRequest, OptionsEndWithTheCommand) {
  EXPECT_EQ(parse({"-n", "apt", "-u", "x"}), (SudoRequest{.command = {"apt", "-u", "x"}}));
  EXPECT_EQ(parse({"--", "-x"}), (SudoRequest{.command = {"-x"}}));
  EXPECT_EQ(parse({"-"}), (SudoRequest{.command = {"-"}}));
}

TEST(SudoRequest, ValuesStandWithTheirOptionOrBehindIt) {
  const SudoRequest expected{.user = "bob", .command = {"id"}};
  for (const Words& words :
       {Words{"-u", "bob", "id"}, Words{"-ubob", "id"}, Words{"-nubob", "id"}, Words{"-nu", "bob", "id"},
        Words{"--user=bob", "id"}, Words{"--user", "bob", "id"}, Words{"-p", "%u:", "-u", "bob", "--", "id"}}) {
    EXPECT_EQ(parse(words), expected);
  }
}

TEST(SudoRequest, AssignmentsStandBeforeTheCommand) {
  EXPECT_EQ(parse({"A=1", "-E", "B=x=y", "--", "C=", "env", "D=4"}),
            (SudoRequest{.keeps_environment = true, .assignments = {"A=1", "B=x=y", "C="}, .command = {"env", "D=4"}}));
  EXPECT_EQ(parse({"./a=b"}).command, Words{"./a=b"});
}

TEST(SudoRequest, AListOfNamesIsNotAll) {
  const SudoRequest request = parse({"--preserve-env=A,,B", "env"});
  EXPECT_FALSE(request.keeps_environment);
  EXPECT_EQ(request.kept, (Words{"A", "B"}));
  EXPECT_TRUE(parse({"--preserve-env", "env"}).keeps_environment);
}

TEST(SudoRequest, ShellsNeedNoCommand) {
  EXPECT_TRUE(parse({"-i"}).is_login);
  EXPECT_TRUE(parse({"-s"}).is_shell);
  EXPECT_EQ(parse({"-i", "-u", "bob", "a", "b"}),
            (SudoRequest{.user = "bob", .is_login = true, .command = {"a", "b"}}));
}

TEST(SudoRequest, ActsWithoutACommand) {
  using Act = SudoRequest::Act;
  EXPECT_EQ(parse({"-k"}).act, Act::kNothing);
  EXPECT_EQ(parse({"-v"}).act, Act::kNothing);
  EXPECT_EQ(parse({"-k", "id"}).act, Act::kRun);
  EXPECT_EQ(parse({"-l"}).act, Act::kList);
  EXPECT_EQ(parse({"--help"}).act, Act::kHelp);
  EXPECT_EQ(parse({"-V"}).act, Act::kVersion);
}

TEST(SudoRequest, WhatItDoesNotKnowIsRefused) {
  for (const Words& words :
       {Words{}, Words{"-b", "id"}, Words{"-e", "f"}, Words{"-Z"}, Words{"--no"}, Words{"-u"}, Words{"-u", ""},
        Words{"--user"}, Words{"--login=x"}, Words{"-i", "-s"}, Words{"A=1"}, Words{"-n"}, Words{"-nu"}}) {
    EXPECT_FALSE(parse_sudo(words).has_value()) << (words.empty() ? "" : words[0]);
  }
}

TEST(SudoRequest, AShellReadsTheWordsAsTheyWere) {
  EXPECT_EQ(shell_line({"echo", "a b", "$HOME", "x;y'"}), "echo a\\ b $HOME x\\;y\\'");
  EXPECT_EQ(shell_line({"ü"}), "\\\xc3\\\xbc");
}

TEST(SudoEnvironment, HasNothingOfTheCallersButTheTerminalAndLanguage) {
  const User root{.name = "root", .home = "/root", .shell = "/bin/sh"};
  const Environment result =
      sudo_environment({"LD_PRELOAD=x", "TERM=xterm", "LC_TIME=C", "HOME=/home/a", "odd", "IFS=x", "PATH=/evil"},
                       {.assignments = {"X=1", "PATH=/mine"}}, {.name = "a", .uid = 5, .gid = 6}, root);
  EXPECT_EQ(result,
            (Environment{"TERM=xterm", "LC_TIME=C", "HOME=/root", "USER=root", "LOGNAME=root", "SHELL=/bin/sh",
                         "MAIL=/var/mail/root", "SUDO_USER=a", "SUDO_UID=5", "SUDO_GID=6", "X=1", "PATH=/mine"}));
}

}  // namespace
}  // namespace hutch::guest
