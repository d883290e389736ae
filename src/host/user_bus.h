// The user manager and the session bus. user_bus.cc and notifications.cc are the only files that know sd-bus; every
// call has a deadline.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/path.h"

struct sd_bus;

namespace hutch::host {

inline constexpr std::chrono::seconds kBusTimeout{25};  // as with sd-bus and GDBus: a busy manager is slow

using DeviceRates = std::vector<std::pair<std::string, std::uint64_t>>;  // path, bytes a second
struct UnitProperty {
  std::string name;
  std::variant<std::uint64_t, std::string, std::vector<std::string>, DeviceRates> value;
};

struct TransientUnit {
  std::string name;
  std::vector<UnitProperty> properties;
  std::vector<pid_t> processes;
};

// Files given to an app through the document portal.
struct SharedDocuments {
  std::string mount_point;       // of the portal's file system, as the host sees it
  std::vector<std::string> ids;  // one a file; empty where the app could open the file already
};

class UserBus {
 public:
  ~UserBus();
  UserBus(UserBus&& other) noexcept;
  UserBus& operator=(UserBus&& other) noexcept;

  // The user manager's own socket in the runtime directory: needs no bus daemon (systemd's bus_connect_user_systemd).
  [[nodiscard]] static Result<UserBus> open_user_manager(const HostPath& runtime_directory);
  [[nodiscard]] static Result<UserBus> open(const std::string& address);

  // On the manager's connection. Asks for the unit and goes on; await_unit waits until its job has ended well: the
  // processes are in it then. One unit a connection.
  [[nodiscard]] Status ask_for_unit(const TransientUnit& unit);
  [[nodiscard]] Status await_unit();
  // Moves more processes into a unit that was started with `DelegateControllers` (systemd 238).
  [[nodiscard]] Status attach(const std::string& unit, std::span<const pid_t> processes);
  // Until the unit ends; of a slice until the manager does.
  [[nodiscard]] Status set_properties(const std::string& unit, const std::vector<UnitProperty>& properties);
  [[nodiscard]] Status freeze(const std::string& unit, bool is_frozen);
  // The cgroup of a running unit, as a path below the cgroup file system's root.
  [[nodiscard]] Result<std::string> control_group_of(const std::string& unit);

  // The manager's own: what it was delegated.
  [[nodiscard]] Result<std::string> own_control_group();

  // On a bus. `is_activatable` also holds for a running name.
  [[nodiscard]] Result<bool> is_activatable(const std::string& name);
  [[nodiscard]] Result<std::uint32_t> number_property(const std::string& destination, const std::string& object,
                                                      const std::string& interface, const std::string& name);
  // org.freedesktop.Notifications. Does not start a service for it.
  [[nodiscard]] Status notify(const std::string& title, const std::string& text);
  // The same with buttons, (key, label), until one is pressed, it goes away or the time is over: the key, or nothing.
  [[nodiscard]] Result<std::string> choose(const std::string& title, const std::string& text,
                                           const std::vector<std::pair<std::string, std::string>>& choices,
                                           std::chrono::seconds patience);
  // The bus reads its configuration and service files again (D-Bus Specification, org.freedesktop.DBus.ReloadConfig).
  [[nodiscard]] Status reload_configuration();
  // The document portal (org.freedesktop.portal.Documents). Both start it where it is not running.
  [[nodiscard]] Result<std::string> document_mount_point();
  // O_PATH descriptors of files, for reading or also writing, to be seen by this app alone.
  [[nodiscard]] Result<SharedDocuments> share_documents(std::span<const int> files, bool is_writable,
                                                        const std::string& app);

 private:
  struct Close {
    void operator()(sd_bus* bus) const;
  };
  struct PendingUnit;
  explicit UserBus(sd_bus* bus);
  void give_up_unit();
  std::unique_ptr<sd_bus, Close> bus_;
  std::unique_ptr<PendingUnit> pending_;
};

}  // namespace hutch::host
