// Visitor for std::variant out of lambdas: std::visit(overloaded{[](A) {}, [](B) {}}, value).
#pragma once

namespace hutch {
template <class... Lambdas>
struct overloaded : Lambdas... {
  using Lambdas::operator()...;
};
template <class... Lambdas>
overloaded(Lambdas...) -> overloaded<Lambdas...>;
}  // namespace hutch
